/** The page of the console that an address names to go back to; the first page for anything else, so that nobody can be led away. */
export function returnPath(wanted: string | null): string {
  if (!wanted || !wanted.startsWith("/") || /[\\\u0000-\u001f]/.test(wanted)) return "/";
  const base = "http://console.invalid";
  try {
    const url = new URL(wanted, base);
    if (url.origin !== base || url.pathname.startsWith("//") || url.pathname === "/sign-in") return "/";
    return url.pathname + url.search + url.hash;
  } catch {
    return "/";
  }
}
