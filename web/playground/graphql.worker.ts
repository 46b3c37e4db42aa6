import { initialize } from 'monaco-editor/esm/vs/editor/editor.worker.js';
import { GraphQLWorker } from 'monaco-graphql/esm/GraphQLWorker.js';
import { correctedVariablesSchema, type JsonSchema } from './variables-schema.js';

type Context = ConstructorParameters<typeof GraphQLWorker>[0];
type Settings = ConstructorParameters<typeof GraphQLWorker>[1];

class PlaygroundWorker extends GraphQLWorker {
  constructor(
    private readonly context: Context,
    settings: Settings,
  ) {
    super(context, settings);
  }

  override async doGetVariablesJSONSchema(uri: string): Promise<unknown> {
    const schema = (await super.doGetVariablesJSONSchema(uri)) as JsonSchema | null;
    const model = this.context.getMirrorModels().find((one) => String(one.uri) === uri);
    return schema && model ? correctedVariablesSchema(schema, model.getValue()) : schema;
  }
}

globalThis.onmessage = () => {
  initialize((context: Context, settings: Settings) => new PlaygroundWorker(context, settings));
};
