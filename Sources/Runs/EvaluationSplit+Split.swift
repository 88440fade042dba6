package import Settings
package import TaskSuites

extension EvaluationSplit {
  /// The split of the suite.
  package var split: Split { self == .test ? .test : .validation }
}
