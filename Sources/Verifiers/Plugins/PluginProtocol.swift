/// The protocol's reading side without any process, for whoever wants to try lines on it.
package enum PluginProtocol {
  /// What a line comes to as the answer to the id 0, where scores have these parts and rewards.
  package static func verdict(
    ofLine line: [UInt8], parts: [String], rewards: ClosedRange<Double>
  ) -> Verdict {
    do throws(PluginAnswer.Fault) {
      return try PluginAnswer(line[...], parts: parts, rewards: rewards).verdict
    } catch {
      return .failure(error.message)
    }
  }

  /// Why a line doesn't answer the greeting of a plugin of this name; nil where it does.
  package static func objection(toGreeting line: [UInt8], plugin: String) -> String? {
    PluginAnswer.objection(toGreeting: line[...], plugin: plugin)
  }
}
