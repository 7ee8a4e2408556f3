import { Conv2d, F, Linear, Module, ReLU } from "@octavo/nn";
import { MinMaxObserver } from "@octavo/observers";
import { ArgumentError } from "@octavo/spec";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import { add, defineOp } from "@octavo/tensor";
import { QConfig, QConfigMapping } from "../src/index.ts";
import type { ObjectType } from "../src/index.ts";

const group = goldens("qconfig-mapping");
const names = ["q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7"];
const qconfigs = new Map(
  names.map((name, i) => {
    const activation = MinMaxObserver.withArgs({ quantMin: 0, quantMax: 255 - 10 * i });
    return [name, QConfig({ activation, weight: null })] as const;
  }),
);
const nameOf = (qconfig: QConfig | null) => [...qconfigs].find(([, known]) => known === qconfig)?.[0] ?? null;
const named = (name: unknown) => (name === null ? null : qconfigs.get(name as string)!);

/** A class for each of torch's types. */
const types = new Map<string, ObjectType>();
function typeOf(name: string): ObjectType {
  const type = types.get(name) ?? class extends ReLU {};
  types.set(name, type);
  return type;
}

const setters: Record<string, (mapping: QConfigMapping, args: never[]) => QConfigMapping> = {
  set_global: (m, [q]) => m.setGlobal(named(q)),
  set_object_type: (m, [type, q]) => m.setObjectType(typeOf(type), named(q)),
  set_module_name_regex: (m, [pattern, q]) => m.setModuleNameRegex(pattern, named(q)),
  set_module_name: (m, [path, q]) => m.setModuleName(path, named(q)),
  set_module_name_object_type_order: (m, [path, type, order, q]) =>
    m.setModuleNameObjectTypeOrder(path, typeOf(type), order, named(q)),
};

/** Class of every module of the printed net, by path. Types go by torch's names here. */
function typesIn(net: string): Map<string, string> {
  const types = new Map<string, string>();
  const above: string[] = [];
  for (const [, indent, name, type] of net.matchAll(/^( *)\((\w+)\): (\w+)\(/gm)) {
    above.length = indent.length / 2 - 1;
    above.push(name);
    types.set(above.join("."), `nn.${type}`);
  }
  return types;
}

const scopes: Record<string, string> = { linear_2: "sub", linear_3: "sub" };

/** What `find` gives for every node of a net that is not fused. */
function found(row: GoldenCase): Record<string, string | null> {
  const mapping = new QConfigMapping();
  for (const [setter, ...args] of row.args.mapping as string[][]) setters[setter](mapping, args as never[]);
  const types = typesIn(row.texts.net);
  const calls = new Map<string, number>();
  const nodes = (row.tables.traced as string[][]).filter(([op]) => op.startsWith("call_"));
  return Object.fromEntries(
    nodes.map(([op, node, target]) => {
      const isModule = op === "call_module";
      const within = isModule ? target.split(".").slice(0, -1).join(".") : (scopes[node] ?? "");
      const type = isModule ? types.get(target)! : target;
      const index = calls.get(`${within} ${type}`) ?? 0;
      calls.set(`${within} ${type}`, index + 1);
      return [
        node,
        nameOf(
          mapping.find({ path: isModule ? target : within, type: typeOf(type), call: { within, index } }),
        ),
      ];
    }),
  );
}

describe.skipIf(group.absent)(group.title, () => {
  const rows = group.cases.filter((row) => row.args.net !== "fused");
  it("covers the nets without fused groups; those are prepareFx's", () => {
    expect([rows.length, group.cases.length]).toEqual([65, 85]);
  });

  it.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
    const actual = found(row);
    const expected = row.tables.node_qconfig as Record<string, string | null>;
    expect(actual).toEqual(Object.fromEntries(Object.keys(actual).map((node) => [node, expected[node]])));
  });
});

describe("QConfigMapping", () => {
  it("takes classes and regular expressions", () => {
    const [a, b] = [named("q1"), named("q2")];
    const mapping = new QConfigMapping().setObjectType(Conv2d, a).setModuleNameRegex(/head\.\d/, b);
    expect(mapping.find({ path: "stem", type: Conv2d })).toBe(a);
    expect(mapping.find({ path: "head.3", type: Conv2d })).toBe(b);
    expect(mapping.find({ path: "stem", type: Linear })).toBe(null);
  });

  it("keeps the flags of a regular expression", () => {
    const mapping = new QConfigMapping().setModuleNameRegex(/HEAD/i, named("q1"));
    expect(mapping.find({ path: "head.0", type: Conv2d })).toBe(named("q1"));
    expect(mapping.find({ path: "my.head", type: Conv2d })).toBe(null);
    expect(String(mapping)).toContain("\n  path /HEAD/i: QConfig(");
  });

  it("refuses what is no qconfig", () => {
    const mapping = new QConfigMapping();
    for (const set of [
      () => mapping.setGlobal("x86" as never),
      () => mapping.setObjectType(Conv2d, "x86" as never),
      () => mapping.setModuleName("fc", "x86" as never),
      () => mapping.setModuleNameRegex(/fc/, "x86" as never),
      () => mapping.setModuleNameObjectTypeOrder("", Conv2d, 0, "x86" as never),
    ]) {
      expect(set).toThrow(/^set\w+: expected a QConfig, or null for float, got "x86"\.\n/);
    }
    expect(() => mapping.setGlobal(undefined as never)).toThrow("got undefined.");
  });

  it("takes functions for their names", () => {
    const own = defineOp({ name: "double", shape: ([x]) => x!, forward: () => {} });
    const mapping = new QConfigMapping()
      .setObjectType(F.relu, named("q1"))
      .setObjectType(add, named("q2"))
      .setObjectType(own, named("q3"));
    const found = ["relu", "add", "double"].map((type) => nameOf(mapping.find({ path: "", type })));
    expect(found).toEqual(["q1", "q2", "q3"]);
  });

  it.each<[type: unknown, got: string]>([
    ["Linear", '"Linear"'],
    ["addScalar", '"addScalar"'],
    [17, "17"],
    [null, "null"],
    [new ReLU(), "a module, ReLU"],
    [Map, "function Map"],
    [Module, "function Module"],
  ])("refuses %s as a type", (type, got) => {
    const mapping = new QConfigMapping();
    for (const set of [
      () => mapping.setObjectType(type as never, null),
      () => mapping.setModuleNameObjectTypeOrder("", type as never, 0, null),
    ]) {
      expect(set).toThrow(ArgumentError);
      expect(set).toThrow(
        `: expected a class of modules, or an operation on tensors: the function or its name, got ${got}.\nFor example Linear, F.relu or "add"`,
      );
    }
  });

  it("refuses paths, patterns and orders that are none", () => {
    const mapping = new QConfigMapping();
    for (const [set, message] of [
      [
        () => mapping.setModuleName(3 as never, null),
        "setModuleName: expected the path of a module, a string",
      ],
      [
        () => mapping.setModuleNameRegex(3 as never, null),
        "setModuleNameRegex: expected a regular expression",
      ],
      [() => mapping.setModuleNameRegex("(", null), 'or its text, got "(".'],
      [() => mapping.setModuleNameObjectTypeOrder("", "add", -1, null), "an integer from 0, got -1."],
      [
        () => mapping.setModuleNameObjectTypeOrder("", "add", "0" as never, null),
        "an integer from 0, got 0.",
      ],
      [
        () => mapping.setModuleNameObjectTypeOrder(0 as never, "add", 0, null),
        "expected the path of a module",
      ],
    ] as const) {
      expect(set).toThrow(ArgumentError);
      expect(set).toThrow(message);
    }
  });

  it("prints its entries, the most specific last", () => {
    const mapping = new QConfigMapping()
      .setModuleName("fc", null)
      .setObjectType(Linear, named("q0"))
      .setObjectType("add", null);
    expect(String(mapping)).toBe(
      "QConfigMapping(\n  global: null\n" +
        '  type Linear: QConfig(activation=MinMaxObserver.withArgs({"quantMin":0,"quantMax":255}), weight=null)\n' +
        '  type add: null\n  path "fc": null\n)',
    );
  });
});
