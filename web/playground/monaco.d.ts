declare module 'monaco-editor/esm/vs/editor/editor.worker.js' {
  export function initialize<Context, Settings>(create: (context: Context, settings: Settings) => object): void;
}
