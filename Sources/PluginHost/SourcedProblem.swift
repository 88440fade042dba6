internal import Verifiers

/// Where a problem of a source plugin is found: the source makes the same one for the same place.
package struct ProblemPlace: Sendable, Equatable {
  /// The data set, by the source's name for it.
  package var dataset: String
  /// The data set's settings: a JSON object on one line.
  package var settings: String
  /// The seed of the data set.
  package var seed: Int
  /// Which of its problems, from 0.
  package var index: Int

  package init(dataset: String, settings: String, seed: Int, index: Int) {
    self.dataset = dataset
    self.settings = settings
    self.seed = seed
    self.index = index
  }
}

/// A problem that a source plugin made.
package struct SourcedProblem: Sendable, Equatable {
  /// The text for the policy; not empty.
  package var prompt: String
  /// The reference answer; empty where the source has none, and scores answers by other means.
  package var answer: String
  /// What the source gets back when it scores a completion.
  package var columns: [String: String]

  package init(prompt: String, answer: String, columns: [String: String]) {
    self.prompt = prompt
    self.answer = answer
    self.columns = columns
  }
}

/// Why a source plugin's problems can't be had.
package enum SourceError: Error, Equatable {
  /// The source refuses the data set or its settings, in its own words.
  case refused(String)
  /// Its program can't be started.
  case unavailable(String)
  /// Its program crashed, hung or answered nonsense at one of the places, counted from 0.
  case failed(at: Int, String)
}

/// What a plugin's program answered to one request.
enum PluginResult: Equatable {
  /// To a completion; a failure also where a problem was asked for and none came.
  case verdict(Verdict)
  /// To the place of a problem; nil where the data set leaves this place out.
  case problem(SourcedProblem?)
  /// The program's own words why it has no problem at a place.
  case refusal(String)

  /// What is wrong with the program.
  static func failure(_ reason: String) -> PluginResult { .verdict(.failure(reason)) }
}
