package import Analysis
import Checkpointing
internal import JSON
import Statistics

extension RunDiff {
  /// The comparison as people read it; A is the first run, B the second.
  package var text: String {
    let width = max(paths.0.count, paths.1.count) + 3
    var lines = [
      "A  " + paths.0.padding(to: width) + Quantity.counted(steps.0, "step"),
      "B  " + paths.1.padding(to: width) + Quantity.counted(steps.1, "step"), "",
    ]
    let weights = commonWeightsStep.map { ["the weights after step \($0) are the same"] } ?? []
    if let divergence {
      lines +=
        ["they diverge at \(divergence.location)", divergence.kind.meaning] + divergence.lines
        + weights
      lines += table("metrics of step \(divergence.step)", divergence.metrics)
      if divergence.place == nil, let firstCompletion {
        lines += ["", "the first completion that differs is at \(firstCompletion.location)"]
        lines += [firstCompletion.kind.meaning] + firstCompletion.lines
      }
    } else if steps.0 == steps.1 {
      lines.append(
        "the same in \(steps.0 == 1 ? "the one step" : "all \(steps.0) steps") they have")
      lines += weights
    } else {
      lines.append("the same as far as both go, to step \(min(steps.0, steps.1))")
      lines += weights
    }
    lines += table("config", configuration) {
      Self.neutralFields.contains($0) ? "   results don't depend on it" : ""
    }
    lines += table("made by", makers)
    if !notes.isEmpty { lines += [""] + notes.map { "note  \($0)" } }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension RunDiff.Divergence {
  /// The step, and problem, sample and token where it is in a completion.
  fileprivate var location: String {
    var parts = ["step \(step)"]
    if let place { parts += ["problem \(place.problem)", "sample \(place.sample)"] }
    if let token { parts.append("token \(token.index)") }
    return parts.joined(separator: ", ")
  }

  /// The completion: around the token where that differs, else what differs in it.
  fileprivate var lines: [String] {
    var lines: [String] = []
    if let prompt { lines.append("  prompt  " + oneLine(prompt)) }
    guard let token else { return lines + rows(fields) { _ in "" } }
    let before = oneLine(token.before)
    let shown = before.suffix(40)
    let start = (shown.count < before.count ? "…" : "") + shown
    for (name, text, rest) in [
      ("A", token.first, token.firstRest), ("B", token.second, token.secondRest),
    ] {
      let after = oneLine(rest)
      lines.append(
        "  \(name.padding(to: 8))\(start)\(oneLine(text))\(after.prefix(40))"
          + (after.count > 40 ? "…" : ""))
    }
    return lines + ["".padding(to: 10 + start.count) + "^"]
  }
}

/// Differing values under a heading with an empty line before it; nothing where there are none.
private func table(
  _ title: String, _ differences: [RunDiff.Difference],
  remark: (String) -> String = { _ in "" }
) -> [String] {
  differences.isEmpty ? [] : ["", title] + rows(differences, remark: remark)
}

/// A row for each difference: its name, A's value and B's.
private func rows(
  _ differences: [RunDiff.Difference], remark: (String) -> String
) -> [String] {
  let names = (differences.map(\.name.count).max() ?? 0) + 3
  let first = differences.map { plain($0.first) }
  // A long value, a path for example, doesn't push all others to the right.
  let width = min(first.map(\.count).max() ?? 0, 40) + 3
  return zip(differences, first).map { difference, value in
    "  " + difference.name.padding(to: names)
      + value.padding(to: max(width, value.count + 3))
      + plain(difference.second) + remark(difference.name)
  }
}

private func plain(_ value: JSONValue?) -> String {
  guard let value else { return "none" }
  guard let text = value.stringValue else { return String(decoding: value.bytes(), as: UTF8.self) }
  return text.isEmpty ? "(empty)" : oneLine(text)
}

/// A text without line ends and control characters.
private func oneLine(_ text: String) -> String {
  text.unicodeScalars.map { scalar in
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
      "\\u{\(String(scalar.value, radix: 16))}"
    default: String(scalar)
    }
  }.joined()
}
