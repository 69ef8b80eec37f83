/** Models side by side in the playground; more cannot be read. Apart from the schema, which the browser loads late. */
export const maxColumns = 4;
