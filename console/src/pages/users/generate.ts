// Passwords that are made in the browser, where hufu makes none: when one is reset.
import { shortest, type PasswordRules } from "../sign-in/rules";

// Without letters and digits that look alike: such passwords are read out and typed.
const classes = ["ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "!#$%&*+-=?@_"];

/** A random password of all classes of characters, 20 long unless the rules want more. */
export function generatePassword(rules: PasswordRules): string {
  const all = classes.join("");
  const length = Math.max(20, shortest(rules));
  const letters = [...classes, ...Array.from({ length: length - classes.length }, () => all)].map(pick);
  for (let at = letters.length - 1; at > 0; at -= 1) {
    const other = below(at + 1);
    [letters[at], letters[other]] = [letters[other] ?? "", letters[at] ?? ""];
  }
  return letters.join("");
}

function pick(letters: string): string {
  return letters[below(letters.length)] ?? "";
}

// Evenly spread below the limit: what would favour the first numbers is drawn again.
function below(limit: number): number {
  const most = 256 - (256 % limit);
  const byte = new Uint8Array(1);
  do crypto.getRandomValues(byte);
  while ((byte[0] ?? 0) >= most);
  return (byte[0] ?? 0) % limit;
}
