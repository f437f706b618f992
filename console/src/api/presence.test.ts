import { afterEach, describe, expect, it, vi } from "vitest";
import { isUnattended, watchPresence } from "./presence";

afterEach(() => vi.useRealTimers());

describe("a page", () => {
  it("is unattended a minute after the last touch, until the next", () => {
    vi.useFakeTimers();
    const listeners = new Map<string, () => void>();
    watchPresence({ addEventListener: (event: string, listener: unknown) => void listeners.set(event, listener as () => void) } as Window);
    listeners.get("keydown")?.();
    expect(isUnattended()).toBe(false);
    vi.advanceTimersByTime(60_001);
    expect(isUnattended()).toBe(true);
    listeners.get("pointerdown")?.();
    expect(isUnattended()).toBe(false);
  });
});
