internal import Settings
internal import Statistics

/// What was run: the runs with their scores, the configuration, what made them and their hashes.
struct ReportFacts {
  let groups: [ReportGroup]

  /// A line for each run.
  var runs: Markup {
    let rows = groups.flatMap { group in group.runs.map { (group.label, $0) } }
      .map { label, run -> Markup in
        let before = run.before.map { ReportScores.text([$0.all]) } ?? "–"
        let after = run.after.map { ReportScores.text([$0.all]) } ?? "not finished"
        let change =
          run.before.flatMap { before in
            run.after.map { Quantity.points($0.all.passAt1 - before.all.passAt1) }
          } ?? "–"
        let hash = run.metrics.hashes.last.map { String($0.hash.prefix(8)) + "…" } ?? "–"
        let seconds = run.metrics.seconds.last?.rounded() ?? 0
        let cells: [Markup] = [
          "\(run.configuration.run.seed)",
          "\(Quantity.grouped(run.steps)) of \(Quantity.grouped(run.configuration.run.steps))",
          "\(before)", "\(after)", "\(change)", "\(ReportNumber.text(seconds)) s",
          "<code>\(hash)</code>", "<code>\(run.path)</code>",
        ]
        return Markup.row(label, zip(Self.columns, cells).map { ($0, $1) })
      }
    return Markup.table(kind: "runs", heads: ([""] + Self.columns).map { "\($0)" }, rows: rows)
  }

  private static let columns = [
    "seed", "steps", "pass@1 before", "after", "points", "training", "weights", "folder",
  ]

  /// What the runs' settings mean where that isn't obvious, and how they were read.
  var notes: [String] {
    var owners: [(note: String, labels: [String])] = []
    for group in groups {
      for note in group.configuration.notes {
        if let index = owners.firstIndex(where: { $0.note == note }) {
          owners[index].labels.append(group.label)
        } else {
          owners.append((note, [group.label]))
        }
      }
    }
    return owners.map { note, labels in
      labels.count == groups.count ? note : "\(labels.joined(separator: "; ")): \(note)"
    }
      + groups.flatMap { group in
        group.runs.flatMap { run in
          run.shadowNotes.map { note in
            groups.count == 1 && group.runs.count == 1
              ? note : "\(group.label), seed \(run.configuration.run.seed): \(note)"
          } + run.notes
        }
      }
  }

  /// Configurations, makers and hashes, for each group and run.
  var markup: Markup {
    Markup(lines: groups.map(configuration) + groups.flatMap(\.runs).map(hashes))
  }

  private func configuration(_ group: ReportGroup) -> Markup {
    let configuration = group.configuration
    let rows = configuration.entries.map { field, value -> Markup in
      let isOwn = configuration.differsFromDefault(field.key)
      let varies = group.runs.contains { $0.configuration.value(field.key) != value }
      let text = varies ? "one for each run" : value == .text("") ? "(empty)" : value.plainText
      return """
        <tr><th scope="row"><code>\(field.key)</code></th><td>\(isOwn ? "*" : "")</td>\
        <td>\(text)</td><td>\(field.summary)</td></tr>
        """
    }
    let name = groups.count > 1 ? "Configuration of \(group.label)" : "Configuration"
    return """
      <details><summary>\(name)</summary>
      <p class="about">* differs from the default of \(configuration.algorithm)</p>
      <div class="wide"><table class="fields"><tbody>
      \(rows)
      </tbody></table></div></details>
      """
  }

  private func hashes(_ run: ReportRun) -> Markup {
    let made = run.madeBy.map { key, text in
      "<tr><th scope=\"row\"><code>\(key)</code></th><td>\(text)</td></tr>" as Markup
    }
    let saved = run.metrics.hashes.map { step, hash in
      "<tr><th scope=\"row\">\(step)</th><td><code>\(hash)</code></td></tr>" as Markup
    }
    let several = groups.flatMap(\.runs).count > 1
    let place = several ? " of \(run.path)" : ""
    let checkpoint = run.checkpoint ?? "none yet"
    return """
      <details><summary>Hashes\(place)</summary>
      <p class="about">Equal runs have equal hashes on the same kind of processor. Newest checkpoint: \
      <code>\(checkpoint)</code></p>
      <div class="wide"><table class="fields"><tbody>
      \(made)
      </tbody></table>
      <table class="fields"><thead><tr><th scope="col">step</th><th scope="col">SHA-256 of the weights\
      </th></tr></thead><tbody>
      \(saved)
      </tbody></table></div></details>
      """
  }
}
