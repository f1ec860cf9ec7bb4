import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { makeQueryClient } from './app/queryClient'
import { makeRouter } from './app/router'
import './styles.css'

const queryClient = makeQueryClient()
const element = document.getElementById('root')
if (!element) throw new Error('index.html: there is no #root')
createRoot(element).render(
    <StrictMode>
        <QueryClientProvider client={queryClient}>
            <RouterProvider router={makeRouter(queryClient)} />
        </QueryClientProvider>
    </StrictMode>
)
