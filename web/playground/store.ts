// Variables may hold a secret of AWS. What is written here is deleted when this browser tab is closed.
export const store = sessionStorage;
export const stored = {
  key: 'api-key',
  values: 'values-seen',
  tabs: 'graphiql:tabState',
  panelWidth: 'graphiql:docExplorerFlex',
};
