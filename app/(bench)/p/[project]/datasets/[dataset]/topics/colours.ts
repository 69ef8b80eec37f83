/** The ground of the plot in both schemes: `--assay-surface`. */
export const grounds = { light: "#ffffff", dark: "#242d2c" } as const;
export type Scheme = keyof typeof grounds;

/** Each at least 3 to 1 on its ground (tested); neighbours in the list differ in hue. */
export const palettes: Record<Scheme, readonly string[]> = {
  light: [
    ...["#0f6f67", "#c2410c", "#3b5bdb", "#97690d", "#9c36b5", "#c92a2a"],
    ...["#2b8a3e", "#1971c2", "#d6336c", "#5f3dc4", "#6b6b00", "#7a4a2b"],
  ],
  dark: [
    ...["#52aaa1", "#f0975a", "#91a7ff", "#dfba5c", "#da77f2", "#ff8787"],
    ...["#69db7c", "#74c0fc", "#f783ac", "#b197fc", "#c0ca33", "#d7a98c"],
  ],
};

/** Texts that are too short to place. */
const asideColours: Record<Scheme, string> = { light: "#6e6a62", dark: "#95a19f" };

/** Topics beyond the colours take the same ones in another shape. */
export const shapes = ["circle", "square", "triangle", "diamond", "cross"] as const;
export type Shape = (typeof shapes)[number];
export type Mark = { colour: string; shape: Shape };

/** How the points of a topic are drawn: never by colour alone, so that each pair differs for everybody. */
export function markOf(topic: number, scheme: Scheme): Mark {
  if (topic === 0) return { colour: asideColours[scheme], shape: "cross" };
  const palette = palettes[scheme];
  const at = topic - 1;
  return {
    colour: palette[at % palette.length] as string,
    shape: shapes[Math.floor(at / palette.length) % shapes.length] as Shape,
  };
}
