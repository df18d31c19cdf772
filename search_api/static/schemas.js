// JSON Schema in words: what docs.js writes into its tables.

/** The last part of a reference: "#/components/schemas/Hit" is "Hit". */
export const nameOf = (ref) => ref.split("/").pop();

/** Words and links for a schema, as a list of strings and of {ref} for a link to a shape. */
export function inWords(schema) {
  if (schema.$ref) return [{ ref: nameOf(schema.$ref) }];
  const options = schema.anyOf ?? schema.oneOf;
  if (options && !schema.properties) return joined(options.map(inWords), " or ");
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (schema.enum) return [schema.enum.map((each) => JSON.stringify(each)).join(", ")];
  if (schema.contentMediaType) return ["an image file"];
  if (schema.type === "array") return ["list of ", ...inWords(schema.items ?? {}), bounds(schema)];
  if (schema.type === "object" && schema.additionalProperties?.type) {
    return ["object of ", ...inWords(schema.additionalProperties)];
  }
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : (schema.format ?? schema.type);
  return [(type ?? "anything") + bounds(schema)];
}

function joined(lists, between) {
  return lists.flatMap((list, place) => (place ? [between, ...list] : list));
}

function bounds(schema) {
  const said = [
    ["from ", schema.minimum],
    ["above ", schema.exclusiveMinimum],
    ["to ", schema.maximum],
    ["below ", schema.exclusiveMaximum],
    ["at least ", schema.minItems],
    ["at most ", schema.maxItems],
    ["up to ", schema.maxLength, " characters"],
    ["default ", plain(schema.default)],
  ];
  const words = said
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([before, value, after = ""]) => `${before}${value}${after}`);
  return words.length ? ` (${words.join(", ")})` : "";
}

// An empty list or object as a default says no more than its type does.
function plain(value) {
  return typeof value === "object" ? undefined : value;
}
