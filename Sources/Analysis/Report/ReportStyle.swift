extension ReportPage {
  /// The style: one column on a phone, more side by side on wider screens, light or dark as the
  /// reader has it. Colours are those of Okabe and Ito ("Color universal design", 2008), which people
  /// with any colour vision can tell apart, made lighter or darker for the ground they stand on; lines
  /// differ in their dashes too. It holds no `<` and no `&`.
  static let style = """
    :root {
      color-scheme: light dark;
      --ground: #fdfdfc; --raised: #ffffff; --text: #1c1c1a; --faint: #5d5d58; --rule: #dcdcd6;
      --s0: #0072b2; --s1: #c04a00; --s2: #00805c; --s3: #a3528a; --s4: #9a6a00; --s5: #6b6b66;
      --s6: #3d93c6; --s7: #7a3e9d;
      --good: #00805c; --bad: #c04a00;
      --more1: #e3f0fa; --more2: #b9dbf3; --more3: #8cc4ec;
      --less1: #fbecdd; --less2: #f6cfa5; --less3: #efae69;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #161715; --raised: #1f201e; --text: #ececE8; --faint: #a5a59e; --rule: #3a3b38;
        --s0: #56b4e9; --s1: #ff8a4c; --s2: #2fc79a; --s3: #e39bc5; --s4: #e6b13a; --s5: #a9a9a2;
        --s6: #8fb8ff; --s7: #c79bf0;
        --good: #2fc79a; --bad: #ff8a4c;
        --more1: #16324a; --more2: #1c4c74; --more3: #24689f;
        --less1: #42290f; --less2: #663f12; --less3: #8c5716;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--ground); color: var(--text);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
      -webkit-text-size-adjust: 100%;
    }
    header, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 16px; }
    header { padding-top: 20px; }
    .program { margin: 0; color: var(--faint); font-size: 14px; }
    h1 { margin: 0; font-size: 26px; line-height: 1.25; overflow-wrap: anywhere; }
    h2 { margin: 32px 0 12px; font-size: 20px; }
    h3 { margin: 0; font-size: 16px; overflow-wrap: anywhere; }
    p { margin: 4px 0; }
    code, samp { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: 0.9em; }
    code { overflow-wrap: anywhere; }
    samp { white-space: pre-wrap; overflow-wrap: anywhere; }
    .lead, .about, footer, .values, .what, .facts { color: var(--faint); }
    .about { font-size: 14px; }
    footer { font-size: 14px; padding-top: 24px; padding-bottom: 32px; }
    .switch { position: absolute; opacity: 0; width: 1px; height: 1px; }
    nav {
      position: sticky; top: 0; z-index: 1; margin-top: 12px; padding: 8px 16px;
      background: var(--ground); border-bottom: 1px solid var(--rule); text-align: center;
    }
    nav span { color: var(--faint); font-size: 14px; margin-right: 4px; }
    nav label, .filters label {
      display: inline-block; min-width: 44px; padding: 6px 11px; border: 1px solid var(--rule);
      border-radius: 8px; cursor: pointer; background: var(--raised); text-align: center;
    }
    #against-steps:checked ~ nav label[for=against-steps],
    #against-tokens:checked ~ nav label[for=against-tokens],
    #against-seconds:checked ~ nav label[for=against-seconds],
    #show-all:checked ~ main label[for=show-all],
    #show-right:checked ~ main label[for=show-right],
    #show-wrong:checked ~ main label[for=show-wrong],
    #show-failed:checked ~ main label[for=show-failed] {
      border-color: var(--s0); box-shadow: inset 0 0 0 1px var(--s0); font-weight: 600;
    }
    #against-steps:focus-visible ~ nav label[for=against-steps],
    #against-tokens:focus-visible ~ nav label[for=against-tokens],
    #against-seconds:focus-visible ~ nav label[for=against-seconds],
    #show-all:focus-visible ~ main label[for=show-all],
    #show-right:focus-visible ~ main label[for=show-right],
    #show-wrong:focus-visible ~ main label[for=show-wrong],
    #show-failed:focus-visible ~ main label[for=show-failed] { outline: 3px solid var(--s1); }
    .by-steps, .by-tokens, .by-seconds { display: none; }
    #against-steps:checked ~ main .by-steps,
    #against-tokens:checked ~ main .by-tokens,
    #against-seconds:checked ~ main .by-seconds { display: block; }
    #show-right:checked ~ main article:not(.right),
    #show-wrong:checked ~ main article:not(.wrong),
    #show-failed:checked ~ main article:not(.failed) { display: none; }
    .grid {
      display: grid; gap: 16px;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr));
    }
    figure, article, .left-out {
      margin: 0; padding: 12px; background: var(--raised); border: 1px solid var(--rule);
      border-radius: 10px; min-width: 0;
    }
    .left-out { color: var(--faint); font-size: 15px; align-self: start; }
    .left-out b { color: var(--text); }
    svg.plot, svg.scores { width: 100%; height: auto; margin-top: 8px; touch-action: pan-y; }
    svg.scores, svg.still { display: block; }
    line.rule { stroke: var(--rule); stroke-width: 1; }
    line.axis, line.tick { stroke: var(--faint); stroke-width: 1; }
    line.diverged { stroke: var(--text); stroke-width: 1.2; stroke-dasharray: 5 3; }
    line.cross { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 2 2; }
    svg text { fill: var(--text); font-size: 12px; font-family: inherit; }
    text.mark, text.title { fill: var(--faint); }
    text.letter { font-weight: 700; font-size: 11px; }
    .line { fill: none; stroke: var(--ink); stroke-width: 1.8; stroke-linejoin: round; }
    .dot { fill: var(--ink); }
    .band { fill: var(--ink); opacity: 0.18; }
    .area { fill: var(--ink); opacity: 0.55; stroke: var(--raised); stroke-width: 0.6; }
    .s0 { --ink: var(--s0); } .s1 { --ink: var(--s1); } .s2 { --ink: var(--s2); }
    .s3 { --ink: var(--s3); } .s4 { --ink: var(--s4); } .s5 { --ink: var(--s5); }
    .s6 { --ink: var(--s6); } .s7 { --ink: var(--s7); }
    .s1 .line { stroke-dasharray: 6 2; } .s2 .line { stroke-dasharray: 2 2; }
    .s3 .line { stroke-dasharray: 7 2 2 2; } .s5 .line { stroke-dasharray: 6 2; }
    .s6 .line { stroke-dasharray: 2 2; } .s7 .line { stroke-dasharray: 7 2 2 2; }
    .readout { min-height: 1.5em; font-size: 13px; font-variant-numeric: tabular-nums; }
    circle.before { fill: var(--raised); stroke: var(--faint); stroke-width: 2; }
    circle.after { fill: var(--s0); stroke: var(--s0); stroke-width: 2; }
    line.lift { stroke: var(--s0); stroke-width: 2; opacity: 0.5; }
    line.interval { stroke: var(--faint); stroke-width: 1.5; }
    text.row { font-size: 12px; }
    .legend { list-style: none; margin: 8px 0 0; padding: 0; font-size: 13px; }
    .legend li { margin: 2px 0; }
    .swatch { width: 22px; height: 12px; vertical-align: middle; }
    details { margin-top: 8px; }
    summary { cursor: pointer; padding: 4px 0; }
    .numbers summary { font-size: 13px; color: var(--faint); }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
    th, td { padding: 3px 10px 3px 0; text-align: left; vertical-align: top; font-weight: 400; }
    thead th { color: var(--faint); border-bottom: 1px solid var(--rule); }
    tbody tr + tr { border-top: 1px solid var(--rule); }
    .runs, .fields th code { white-space: nowrap; }
    .runs tbody th { font-weight: 600; }
    .result { margin: 8px 0; }
    .result td { white-space: nowrap; } .result td::before { white-space: normal; }
    @media (max-width: 700px) {
      .runs thead { display: none; }
      .runs, .runs tbody, .runs tr { display: block; white-space: normal; }
      .runs tr { padding: 8px 0; }
      .runs th { display: block; font-size: 15px; }
      .runs td { display: flex; gap: 8px; padding: 1px 0; font-size: 14px; }
      .runs td::before { content: attr(data-label); flex: 0 0 7em; color: var(--faint); }
    }
    .notes { padding-left: 20px; font-size: 15px; }
    .filters { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0; }
    .filters input {
      flex: 1 1 220px; min-width: 0; padding: 6px 12px; font: inherit; color: inherit;
      background: var(--raised); border: 1px solid var(--rule); border-radius: 8px;
    }
    [hidden] { display: none; }
    .step summary { border-bottom: 1px solid var(--rule); }
    article { margin: 8px 0; font-size: 15px; }
    .what { display: inline-block; min-width: 4.2em; font-size: 13px; }
    .facts { font-size: 14px; }
    .verdict { color: var(--text); }
    .right .verdict { color: var(--good); } .right .verdict::before { content: "✓ "; }
    .wrong .verdict { color: var(--bad); } .wrong .verdict::before { content: "✗ "; }
    .failed .verdict::before { content: "! "; }
    .more1, .more2, .more3, .less1, .less2, .less3 { border-radius: 2px; }
    .more1 { background: var(--more1); } .more2 { background: var(--more2); }
    .more3 { background: var(--more3); } .less1 { background: var(--less1); }
    .less2 { background: var(--less2); } .less3 { background: var(--less3); }
    .less1, .less2, .less3 { text-decoration: underline dotted; text-underline-offset: 3px; }
    .more1, .more2, .more3 { text-decoration: underline solid; text-underline-offset: 3px; }
    .key { font-size: 13px; color: var(--faint); }
    .key span { color: var(--text); padding: 1px 6px; margin-right: 2px; display: inline-block; }
    @media print { nav, .filters { display: none; } figure, article { break-inside: avoid; } }
    """
}
