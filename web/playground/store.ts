// Variables can contain an AWS secret. Everything stored here is deleted when the browser tab is closed.
export const store = sessionStorage;
export const stored = {
  key: 'api-key',
  values: 'values-seen',
  tabs: 'graphiql:tabState',
  panelWidth: 'graphiql:docExplorerFlex',
};
