/// Why a run stopped or could not start.
package enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// Loss or gradient became NaN or infinite; the text names the tensor.
  case notFinite(step: Int, what: String)
  /// More verifier failures than the set share; the text is the verifier's last words.
  case verifierFailures(step: Int, failures: Int, completions: Int, last: String)
  /// The problems don't fit the model: characters outside its vocabulary, or too long.
  case unfitProblem(String, hint: String)
  /// A model, run or checkpoint that isn't there.
  case missing(String, hint: String)
  /// A model, run or checkpoint that can't be used.
  case unusable(String, hint: String)
  /// A run folder that is already in use.
  case occupied(String, hint: String)
  /// A file of the run that can't be written.
  case unwritable(String, hint: String)

  package var description: String {
    switch self {
    case .notFinite(let step, let what):
      """
      step \(step): \(what) is not finite; the step is dropped and the last checkpoint stays.
      Lower learning_rate or set a max_gradient_norm in the run's config.json, then resume.
      """
    case .verifierFailures(let step, let failures, let completions, let last):
      """
      step \(step): the verifier failed on \(failures) of \(completions) completions: \(last)
      The run is saved: fix the verifier, or raise verifier_failure_limit in its config.json, and resume.
      """
    case .unfitProblem(let what, let hint), .missing(let what, let hint),
      .unusable(let what, let hint), .occupied(let what, let hint),
      .unwritable(let what, let hint):
      hint.isEmpty ? what : "\(what)\n\(hint)"
    }
  }
}
