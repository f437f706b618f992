/** After this long without a touch, what a page asks for by itself is not a person's work. */
const absence = 60_000;

let touched = Date.now();

/** Notes every touch of keyboard, pointer or screen. Called once. */
export function watchPresence(on: Pick<Window, "addEventListener"> = window): void {
  const touch = () => (touched = Date.now());
  for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) on.addEventListener(event, touch, { passive: true, capture: true });
}

/** Tells whether nobody has touched the page for a while: then its calls do not keep the session alive. */
export function isUnattended(): boolean {
  return Date.now() - touched > absence;
}
