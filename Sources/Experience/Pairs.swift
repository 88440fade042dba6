package import Learning
package import Settings
internal import TaskSuites
internal import Kernels

/// Preference pairs of a file, as a source of batches: sequence 2i is preferred to sequence 2i + 1.
///
/// Every pass over the file has each pair once, in an order of its own. Pairs whose prompts the suite holds
/// out for evaluation are left out.
package struct Pairs: Source {
  private let pairs: [(prompt: [Int32], chosen: [Int32], rejected: [Int32])]
  private let perStep: Int
  private let name: String
  private let fingerprint: String
  private let random: Philox

  /// Opens the file and encodes its pairs.
  ///
  /// - Parameter perStep: pairs of a step.
  /// - Throws: `SuiteError` with the line of a pair that can't be used: broken, with characters that the
  ///   model doesn't have, or too long for its context.
  package init(_ settings: PairSettings, _ lab: Lab, perStep: Int) throws {
    let file = try PairFile(settings.pairs)
    let holdsOut = lab.suite.holdsOut
    let used = file.pairs.filter { !holdsOut($0.prompt) }
    guard !used.isEmpty else {
      throw SuiteError(
        .badData, file: file.name,
        "every prompt is one of the held-out problems of \(lab.suite.name) (1 in 10 is, by its content); add "
          + "pairs of other prompts")
    }
    if used.count < file.pairs.count {
      lab.notes.append(
        "\(file.name): \(file.pairs.count - used.count) of \(file.pairs.count) pairs have held-out "
          + "prompts and are left out")
    }
    let text = lab.text(room: 1)
    pairs = try used.map { pair in
      do {
        func completion(_ text: String, _ suiteText: SuiteText) throws -> [Int32] {
          try suiteText.completion(text, of: pair.prompt)
        }
        return (
          try text.prompt(pair.prompt), try completion(pair.chosen, text),
          try completion(pair.rejected, text)
        )
      } catch let error as TrainingError {
        throw file.error("\(error)", in: pair)
      }
    }
    self.perStep = perStep
    (name, fingerprint) = (file.name, file.fingerprint)
    random = lab.random(RandomPurpose.pairs)
  }

  /// Saves the file's fingerprint; or warns where the checkpoint was made with another file.
  package func state(_ snapshot: any Snapshot, _ lab: Lab) throws {
    var known: String? = fingerprint
    try snapshot.value("pairs", &known)
    if let known, known != fingerprint {
      lab.warnings.append(
        "\(name) is not what it was at the checkpoint: from here on it is another run")
    }
  }

  /// A step's pairs, chosen before rejected; a pair stays in one piece.
  package func experience(step: Int) throws -> Batch {
    var batch = Batch(unit: 2)
    for index in (step - 1) * perStep..<step * perStep {
      let (pass, place) = index.quotientAndRemainder(dividingBy: pairs.count)
      let words = random.block(SIMD4(UInt32(truncatingIfNeeded: pass), 0, 0, 0))
      let order = Permutation(
        count: pairs.count, seed: UInt64(words.x) << 32 | UInt64(words.y))
      let pair = pairs[order[place]]
      for completion in [pair.chosen, pair.rejected] {
        batch.append(
          Batch.Member(sequence: batch.members.count, tokens: completion.count),
          prompt: pair.prompt, completion: completion)
      }
    }
    return batch
  }
}
