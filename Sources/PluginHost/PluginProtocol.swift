package import Verifiers

/// The protocol's reading side without any process, for trying lines on it.
package enum PluginProtocol {
  /// What a line comes to as the answer to the id 0, where scores have these parts and rewards.
  package static func verdict(
    ofLine line: [UInt8], parts: [String], rewards: ClosedRange<Double>
  ) -> Verdict {
    do throws(PluginAnswer.Fault) {
      let answer = try PluginAnswer(line[...], parts: parts, rewards: rewards)
      guard case .verdict(let verdict) = answer.result else {
        preconditionFailure("no problem was asked for")
      }
      return verdict
    } catch {
      return .failure(error.message)
    }
  }

  /// What a line comes to as the answer to a place under the id 0; nil where nothing is there.
  ///
  /// - Throws: `SourceError` where it is a refusal, or no answer at all.
  package static func problem(ofLine line: [UInt8]) throws(SourceError) -> SourcedProblem? {
    let answer: PluginAnswer
    do throws(PluginAnswer.Fault) {
      answer = try PluginAnswer(line[...], parts: [], rewards: 0...1) { _ in true }
    } catch {
      throw .failed(at: 0, error.message)
    }
    switch answer.result {
    case .problem(let problem): return problem
    case .refusal(let words): throw .refused(words)
    case .verdict: preconditionFailure("no score was asked for")
    }
  }

  /// Why a line doesn't answer the greeting of a plugin of this name; nil where it does.
  package static func objection(toGreeting line: [UInt8], plugin: String) -> String? {
    PluginAnswer.objection(toGreeting: line[...], plugin: plugin)
  }
}
