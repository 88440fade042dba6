internal import Statistics

/// Makes the figures of a report out of its runs.
struct ReportCharts {
  let groups: [ReportGroup]
  /// The metric that counts tokens: those of completions where every run logged them, else all.
  let tokens: String
  /// Neighbouring steps that become one point.
  let bucket: Int

  /// Points of a curve, at most.
  private static let mostPoints = 200

  init(_ groups: [ReportGroup]) {
    self.groups = groups
    let runs = groups.flatMap(\.runs)
    let counted = "num_completion_tokens"
    tokens = runs.allSatisfy { $0.metrics.names.contains(counted) } ? counted : "num_tokens"
    let longest = runs.map { $0.metrics.steps.count }.max() ?? 0
    bucket = max(1, (longest + Self.mostPoints - 1) / Self.mostPoints)
  }

  /// What the reader of the curves should know.
  var notes: [String] {
    var notes: [String] = []
    if bucket > 1 { notes.append("Each point of a curve is the mean of \(bucket) steps.") }
    for group in groups where group.runs.count > 1 {
      let lengths = group.runs.map(\.steps)
      if let least = lengths.min(), let most = lengths.max(), least < most {
        notes.append(
          "The curves of \(group.label) end with its shortest run, at step "
            + "\(Quantity.grouped(least)) of \(Quantity.grouped(most)).")
      }
    }
    if groups.contains(where: { $0.runs.count > 1 }) {
      notes.append(
        "Lines are means over the runs of a group, bands reach from the smallest to the largest.")
    }
    return notes
  }

  /// What an axis is called, by its metric where it has one.
  func title(of axis: ReportAxis) -> String {
    switch axis {
    case .steps: "step"
    case .tokens:
      tokens == "num_tokens" ? "tokens, prompts and completions" : "tokens of completions"
    case .seconds: "seconds of training"
    }
  }

  /// The figures of a plan: one with a line for each metric where there is one group, else one for each
  /// metric with a line for each group. Empty where nothing was logged.
  func figures(_ plan: ChartPlan) -> [ReportFigure] {
    let metrics = plan.metrics.filter { metric in
      groups.contains { $0.runs.contains { $0.metrics.names.contains(metric) } }
    }
    guard !metrics.isEmpty else { return [] }
    let axes = plan.section == .others ? [.steps] : ReportAxis.allCases
    if plan.kind == .areas {
      return groups.compactMap { group in
        // Algorithms differ in what may become of their tokens: a layer of none has no places.
        let own = metrics.filter { metric in
          group.runs.contains { $0.metrics.names.contains(metric) }
        }
        if own.isEmpty { return nil }
        return figure(
          plan, groups.count > 1 ? "\(plan.title): \(group.label)" : plan.title, on: axes
        ) { axis in
          own.map { ChartSeries(name: $0, curve: curve(of: $0, group, on: axis)) }
        }
      }
    }
    if groups.count == 1 {
      return [
        figure(plan, plan.title, on: axes) { axis in
          metrics.map { ChartSeries(name: $0, curve: curve(of: $0, groups[0], on: axis)) }
        }
      ]
    }
    return metrics.map { metric in
      figure(plan, metrics.count > 1 ? "\(plan.title): \(metric)" : plan.title, on: axes) { axis in
        groups.map { ChartSeries(name: $0.label, curve: curve(of: metric, $0, on: axis)) }
      }
    }
  }

  /// Held-out pass@1 by step; nil where nothing was evaluated.
  var heldOut: ReportFigure? {
    guard groups.contains(where: { $0.runs.contains { !$0.heldOut.isEmpty } }) else { return nil }
    let plan = ChartPlan(
      .learning, "Held-out pass@1", ["eval/pass@1"],
      "Greedy, before training (at 0), at evaluations between, and after it.")
    return figure(plan, plan.title, on: ReportAxis.allCases) { axis in
      groups.map { group in
        let runs = group.runs.filter { !$0.heldOut.isEmpty }.map { heldOut($0, on: axis) }
        // Finished runs of a group were evaluated at the same steps.
        let isAligned = axis == .steps && Set(runs.map { $0.map(\.x) }).count <= 1
        return ChartSeries(
          name: groups.count > 1 ? group.label : "eval/pass@1",
          curve: Curve(runs: runs, isAligned: isAligned))
      }
    }
  }

  /// Why the clip did nothing in any run, where the settings leave it nothing to do: a chart of zeros
  /// would look like a result. Nil for other charts.
  func clipReason(_ plan: ChartPlan) -> String? {
    let metrics = plan.metrics.filter { $0.hasPrefix("clip_ratio/") }
    let runs = groups.flatMap(\.runs)
    guard !metrics.isEmpty, runs.allSatisfy({ $0.configuration.step.updates == 1 }),
      runs.allSatisfy({ run in
        metrics.allSatisfy { run.metrics[$0].allSatisfy { $0 == 0 || $0.isNaN } }
      })
    else { return nil }
    let notes = runs.flatMap(\.configuration.notes)
    return notes.first { $0.contains("ratio is 1") }
      ?? "The one update of a step starts at the policy that sampled, so every ratio is 1"
  }

  private func heldOut(_ run: ReportRun, on axis: ReportAxis) -> [(x: Double, y: Double)] {
    let places = run.places(on: axis, tokens: tokens)
    return run.heldOut.map { step, pass in
      let index = run.metrics.steps.firstIndex(of: step)
      return (index.map { places[$0] } ?? 0, pass)
    }
  }

  private func curve(of metric: String, _ group: ReportGroup, on axis: ReportAxis) -> Curve {
    let runs = group.runs.filter { $0.metrics.names.contains(metric) }
    return Curve(
      runs: runs.map { $0.points(of: metric, on: axis, tokens: tokens, bucket: bucket) },
      isAligned: axis == .steps)
  }

  private func figure(
    _ plan: ChartPlan, _ title: String, on axes: [ReportAxis],
    _ series: (ReportAxis) -> [ChartSeries]
  ) -> ReportFigure {
    let bySteps = ChartSeries.lettered(series(.steps))
    let drawings = axes.map { axis in
      let lines = axis == .steps ? bySteps : ChartSeries.lettered(series(axis))
      let points = lines.flatMap(\.curve.points).filter { !$0.y.isNaN }
      let isStacked = plan.kind == .areas
      let frame = ChartFrame(
        x: ChartScale(spanning: points.map(\.x)),
        y: isStacked
          ? ChartScale(covering: [0, 1])
          : ChartScale(covering: points.flatMap { [$0.low, $0.high] }),
        title: self.title(of: axis))
      let kind = axes.count > 1 ? "by-\(axis.rawValue)" : ""
      let unit = axis == .steps ? "step" : axis.rawValue
      let label = self.label(title, lines, axis)
      return isStacked
        ? AreaChart(series: lines, frame: frame, unit: unit).drawing(kind: kind, label: label)
        : LineChart(
          series: lines, frame: frame, unit: unit,
          marks: plan.showsShadow ? divergences(on: axis) : []
        ).drawing(kind: kind, label: label)
    }
    return ReportFigure(
      title: title, explanation: plan.explanation, drawings: drawings, series: bySteps,
      isStacked: plan.kind == .areas)
  }

  /// Where reward and shadow diverge, in each run where they do.
  private func divergences(on axis: ReportAxis) -> [(x: Double, label: String)] {
    groups.flatMap(\.runs).compactMap { run in
      guard let divergence = run.divergence,
        let index = run.metrics.steps.firstIndex(of: divergence.step)
      else { return nil }
      let place = run.places(on: axis, tokens: tokens)[index]
      let label = "seed \(run.configuration.run.seed): \(divergence.sentence)"
      return place.isNaN
        ? nil : (place, groups.count + groups[0].runs.count > 2 ? label : divergence.sentence)
    }
  }

  /// A drawing in words.
  private func label(_ title: String, _ lines: [ChartSeries], _ axis: ReportAxis) -> String {
    let ends = lines.map { line -> String in
      guard let first = line.curve.first, let last = line.curve.last else { return line.name }
      return "\(line.name) from \(ReportNumber.text(first.y)) to \(ReportNumber.text(last.y))"
    }
    return "\(title), against \(self.title(of: axis)): \(ends.joined(separator: ", "))"
  }
}
