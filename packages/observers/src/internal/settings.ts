/** Options with every default filled in; an integer range that stays undefined is the dtype's. */
export type Settings<Options> = Required<Omit<Options, "quantMin" | "quantMax">> & {
  readonly quantMin: number | undefined;
  readonly quantMax: number | undefined;
};
