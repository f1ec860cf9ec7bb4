import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Beside each script and style, as it was written, the same in gzip: the server sends it to browsers that take it. */
const gzip: Plugin = {
    name: 'gzip',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
        for (const name of Object.keys(bundle).filter((each) => /\.(js|css)$/.test(each))) {
            writeFileSync(join(dir, `${name}.gz`), gzipSync(readFileSync(join(dir, name))))
        }
    },
}

// Assets are files, never `data:` addresses in scripts: the site's content security policy allows its own files alone.
export default defineConfig({
    base: '/static/ui/',
    plugins: [react(), gzip],
    build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
    test: { environment: 'jsdom', setupFiles: ['src/test-setup.ts'], include: ['src/**/*.test.{ts,tsx}'], css: false },
})
