/** What the names of policies and roles are made of. */
export const nameForm = /^[A-Za-z0-9+=,.@_-]{1,128}$/;
