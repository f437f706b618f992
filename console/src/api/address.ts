/**
 * An address of hufu's own as people can open it. hufu answers a path where nobody told it under which name browsers reach it
 * (--public-url): then it is the name by which this browser does.
 */
export function ownAddress(address: string): string {
  return address === "" ? "" : new URL(address, location.origin).href;
}

/** A host and port of hufu's own, likewise. */
export function ownHost(host: string): string {
  return host || location.host;
}
