import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { makeRouter } from './app/router'
import { ProblemError } from './shared/api/client'
import './styles.css'

const MOST_RETRIES = 2

const queryClient = new QueryClient({
    defaultOptions: {
        queries: {
            staleTime: 30_000,
            // What the API refuses it refuses again; a store that is away may be back.
            retry: (count, error) => count < MOST_RETRIES && !(error instanceof ProblemError && error.problem.status < 500),
        },
    },
})
const element = document.getElementById('root')
if (!element) throw new Error('index.html: there is no #root')
createRoot(element).render(
    <StrictMode>
        <QueryClientProvider client={queryClient}>
            <RouterProvider router={makeRouter(queryClient)} />
        </QueryClientProvider>
    </StrictMode>
)
