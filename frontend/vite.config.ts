import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// Assets are files, never `data:` addresses in scripts: the site's content security policy allows its own files alone.
export default defineConfig({
    base: '/static/ui/',
    plugins: [react()],
    build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
    test: { environment: 'jsdom', setupFiles: ['src/test-setup.ts'], include: ['src/**/*.test.{ts,tsx}'], css: false },
})
