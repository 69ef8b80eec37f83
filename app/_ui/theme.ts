import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Petrol: the colour of acts and of what is chosen. Shade 8 on white 5.6:1, white on shade 7 4.9:1. */
const petrol: MantineColorsTuple = [
  "#ecf6f5",
  "#d6eae8",
  "#aad5d1",
  "#7bbfb8",
  "#52aaa1",
  "#35998f",
  "#238a80",
  "#157a71",
  "#0f6f67",
  "#07544e",
];

/** Brass: what waits for a person. */
const brass: MantineColorsTuple = [
  "#fbf5e6",
  "#f5e9c9",
  "#ead295",
  "#dfba5c",
  "#d2a434",
  "#bd8f22",
  "#a2791a",
  "#876413",
  "#72540f",
  "#57400a",
];

/** Warm greys, so that text and figures rest on paper and not on glass. Shade 6 on shade 0 5.0:1. */
const gray: MantineColorsTuple = [
  "#faf9f7",
  "#f4f2ef",
  "#e9e6e1",
  "#dcd8d1",
  "#c7c2ba",
  "#a39e95",
  "#6e6a62",
  "#55514b",
  "#3a3733",
  "#262420",
];

const dark: MantineColorsTuple = [
  "#d9dfde",
  "#b9c2c0",
  "#95a19f",
  "#6b7876",
  "#3d4948",
  "#2f3a39",
  "#242d2c",
  "#1a2120",
  "#141a19",
  "#0e1312",
];

/** Mantine's red, its three strongest a little darker: white on shade 7 4.7:1, shade 8 on the ground 5.4:1. */
const red: MantineColorsTuple = [
  "#fff5f5",
  "#ffe3e3",
  "#ffc9c9",
  "#ffa8a8",
  "#ff8787",
  "#ff6b6b",
  "#fa5252",
  "#d63434",
  "#c92a2a",
  "#a51d1d",
];

/** The list itself scrolls, steered from its input, so that no region is left that the keyboard cannot reach. */
const openList = {
  defaultProps: { withScrollArea: false },
  styles: { options: { maxHeight: "14rem", overflowY: "auto" as const } },
};

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 8, dark: 7 },
  colors: { petrol, brass, gray, red, dark },
  black: "#1d1c19",
  autoContrast: true,
  defaultRadius: "md",
  fontFamily:
    'Inter, "Segoe UI Variable Text", "Segoe UI", system-ui, -apple-system, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace:
    '"JetBrains Mono", "Cascadia Code", ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8438rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.25rem" },
  headings: {
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "1.625rem", lineHeight: "1.25" },
      h2: { fontSize: "1.1875rem", lineHeight: "1.35" },
      h3: { fontSize: "1rem", lineHeight: "1.4" },
      h4: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Paper: { defaultProps: { withBorder: true, radius: "md" } },
    Card: { defaultProps: { withBorder: true, radius: "md", padding: "md" } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.4 },
        closeButtonProps: { "aria-label": "Close" },
      },
      styles: { title: { fontWeight: 650, fontSize: "var(--mantine-font-size-lg)" } },
    },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Badge: { defaultProps: { tt: "none", fw: 600, radius: "sm" } },
    Table: { defaultProps: { verticalSpacing: "xs", horizontalSpacing: "sm" } },
    // The browser's own bar takes room only where a table is too wide for its place; the keyboard must reach it there.
    TableScrollContainer: { defaultProps: { type: "native", tabIndex: 0 } },
    // On a phone two long words stand on two lines rather than be cut.
    // As wide as its words: of equal widths the longer label breaks.
    SegmentedControl: {
      styles: { control: { flex: "1 1 auto" }, label: { whiteSpace: "normal" } },
    },
    Select: openList,
    MultiSelect: openList,
    Autocomplete: openList,
    Anchor: { defaultProps: { underline: "hover" } },
  },
});
