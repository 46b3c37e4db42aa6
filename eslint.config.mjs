import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', 'packages/*/dist', 'node_modules', 'coverage', 'data', 'test/bench/programs'] }, // the benchmark installs what those programs need
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Collections in memory keep the promises their ports make, so they are async without awaiting.
      '@typescript-eslint/require-await': 'off',
      // A row is held because a collection has locked or added it, and for no other reason.
      'no-restricted-imports': [
        'error',
        { paths: [{ name: '#libs/kernel', importNames: ['asHeld'], message: 'Only collections mark rows as held.' }] },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: ':matches(TSAsExpression, TSTypeAssertion) TSTypeReference[typeName.name="Held"]',
          message: 'Do not cast to Held: take a held row as a parameter, or hold one with its collection.',
        },
      ],
    },
  },
  {
    files: ['libs/database/src/rows.ts', '**/typeorm-*.ts', '**/in-memory-*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    // Answers over the wire are untyped on purpose in tests: the schema is what is being tested.
    files: ['test/**/*.ts', '**/*.spec.ts', '**/testing/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.{mjs,cjs,js}'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        URL: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
);
