// Decisions as people read them: the verdict, the path through the layers of policies, and what would have allowed.
export { ActionField, ResourceField, SuggestField, SuggestInput } from "./fields";
export { Lacking, Permitted, isDenied } from "./lacking";
export { layerName, verdict } from "./layers";
export { decisionText } from "./messages";
export { CreatePolicyButton, Remedy } from "./remedy";
export { policyOf } from "./statement";
export { DecisionPath, StatementName, Verdict } from "./trace";
export { contextOf, noQuestion, principalTypes, questionOf, questionParams, questionPath, readQuestion } from "./question";
export type { Pair, PrincipalType, Question } from "./question";
