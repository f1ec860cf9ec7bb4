import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import { readdirSync } from 'node:fs'
import tseslint from 'typescript-eslint'

const features = readdirSync(new URL('src/features', import.meta.url))

/** Features know shared code and themselves; only the routes compose them. */
const fences = [
    ...features.map((feature) => ({
        files: [`src/features/${feature}/**`],
        rules: {
            'no-restricted-imports': [
                'error',
                { patterns: features.filter((other) => other !== feature).map((other) => `**/${other}/*`) },
            ],
        },
    })),
    {
        files: ['src/shared/**'],
        rules: { 'no-restricted-imports': ['error', { patterns: ['**/features/**', '**/app/**'] }] },
    },
]

export default tseslint.config(
    { ignores: ['dist', 'node_modules', 'src/shared/api/schema.d.ts'] },
    ...tseslint.configs.strict,
    jsxA11y.flatConfigs.recommended,
    { plugins: { 'react-hooks': reactHooks }, rules: reactHooks.configs.recommended.rules },
    // It warns of what the React compiler leaves alone, which is not used here.
    { plugins: { 'react-hooks': reactHooks }, rules: { 'react-hooks/incompatible-library': 'off' } },
    ...fences
)
