/** Room between the bar and what stands above it, in pixels. */
const gap = 12;

/**
 * Ref of a bar of acts at the bottom of the window: while it is there, what is said in the corner stands above it and
 * never lies over it.
 */
export function keepClear(bar: HTMLElement | null): (() => void) | undefined {
  if (!bar) return undefined;
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() =>
    style.setProperty("--assay-bottom-bar", `${bar.offsetHeight + gap}px`),
  );
  observer.observe(bar);
  return () => {
    observer.disconnect();
    style.removeProperty("--assay-bottom-bar");
  };
}
