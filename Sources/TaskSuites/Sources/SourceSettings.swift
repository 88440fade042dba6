internal import Verifiers

/// What decides the split of a source's problem.
enum SplitRule: String, CaseIterable {
  /// The hash of the prompt, as everywhere else; of 20 problems one is for the test split.
  case content
  /// The seed it was made from; what another split has is left out.
  case seeds
}

/// What a suite file says of a task whose problems a plugin makes.
struct SourceSettings {
  /// Problems of a split are made from this many seeds at most, one for each index.
  static let seedsPerSplit = 1_000_000
  /// The largest seed that a suite with sources may have: data sets may want seeds below 2^32.
  static let largestSuiteSeed = 1_000

  let dataset: String
  /// The data set's settings, a JSON object on one line.
  let settings: String
  /// How many problems each split is to have.
  let counts: [Split: Int]
  let rewrite: PromptRewrite

  init(_ keys: inout SettingsReader) throws(SuiteError) {
    let datasetName = try keys.string("dataset")
    let settingsNode = keys.node("settings")
    let most = 0...SourceSettings.seedsPerSplit - 1
    counts = [
      .train: try keys.integer("train", default: 5_000, within: most),
      .validation: try keys.integer("validation", default: 100, within: most),
      .test: try keys.integer("test", default: 500, within: most),
    ]
    let rewriteNode = keys.node("prompt")
    guard let datasetName, !datasetName.isEmpty else {
      throw keys.error(#"a task of a source needs "dataset", the source's name for what it makes"#)
    }
    dataset = datasetName
    guard counts.values.contains(where: { $0 > 0 }) else {
      throw keys.error("train, validation and test are all 0: ask for some problems")
    }
    if let settingsNode {
      guard case .object = settingsNode.value else {
        throw keys.error(
          "settings must be an object, not \(settingsNode.kind)", at: settingsNode.position)
      }
    }
    settings = settingsNode?.plainJSON ?? "{}"
    rewrite =
      if let rewriteNode { try PromptRewrite(rewriteNode, file: keys.file) } else {
        PromptRewrite()
      }
  }

  /// The seed of a split's data set: a million above the split's before it.
  ///
  /// Many data sets make item i of seed s from the seed s + i; so indices below a million never give
  /// two splits, or two suites with different seeds, the same item.
  static func seed(of split: Split, suiteSeed: Int) -> Int {
    let place =
      switch split {
      case .train: 0
      case .validation: 1
      case .test: 2
      }
    return (3 * suiteSeed + place) * seedsPerSplit
  }
}
