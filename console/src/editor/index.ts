// Editors of policy documents: DocumentEditor has both ways, JsonEditor the text alone (read-only without onChange), Difference shows
// two texts side by side. The text editor itself is fetched when the first of them is shown.
export { DocumentEditor } from "./document-editor";
export { Difference } from "./difference";
export { useLeaveGuard } from "./leave-guard";
export { JsonEditor } from "./json-editor";
export { StatementSummaries } from "./visual/summaries";
export { useCatalogue } from "./use-catalogue";
export { useLint } from "./use-lint";
