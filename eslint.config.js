import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/**', 'coverage/**', 'src/api/generated/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
    },
  },
  {
    // Under Jest, jsdom and `node:vm` these are not the classes that the objects of Node were made by (src/ground/realm.ts).
    files: ['src/**', 'packages/*/src/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "BinaryExpression[operator='instanceof'][right.name=/^(?:Abort\\w+|Array|ArrayBuffer|Blob|Buffer|Date|DOMException|\\w*Array|(?:Type|Range|Syntax|Aggregate)?Error|File|FormData|Function|Headers|Map|Object|Promise|ReadableStream|RegExp|Request|Response|Set|URL|URLSearchParams)$/]",
          message: 'Says no to an object of another realm: use src/ground/realm.ts, a tag or what the object can do.',
        },
      ],
    },
  },
  // The edges may speak to a person.
  {
    files: ['packages/local/src/cli/**', 'examples/**', 'bench/**', 'scripts/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // The compiler knows what is defined (tsconfig.scripts.json).
    files: ['scripts/**/*.mjs', 'bench/**/*.mjs', 'eslint.config.js'],
    rules: { 'no-undef': 'off' },
  },
  {
    // They run on every runtime as they are, from the packed tarball.
    files: ['test/**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      globals: Object.fromEntries(
        // What every runtime has, and Node's own beside it.
        (
          'AbortController AbortSignal Blob Buffer FormData Headers Request Response TextDecoder TextEncoder URL URLSearchParams ' +
          'atob btoa clearTimeout console crypto fetch performance process setTimeout structuredClone'
        )
          .split(' ')
          .map((name) => [name, 'readonly']),
      ),
      parserOptions: { projectService: false },
    },
  },
  {
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
