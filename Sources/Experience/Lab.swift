package import Kernels
internal import Learning
package import LanguageModel
package import Parallel
package import TaskSuites
package import Verifiers

/// What every algorithm is given: the first policy, problems, verifiers, workers, randomness by purpose, and
/// the counts that a run's budget and reports are made of. It has no settings, and no algorithm's state.
package final class Lab {
  /// The model that training starts from, or is resumed with.
  package let model: Transformer
  /// Its vocabulary.
  package let vocabulary: Vocabulary
  /// Where problems come from, with the verifier that judges them.
  package let suite: TaskSuite
  /// Judges the same completions without being trained on; nil for none.
  package let shadow: (any Verifier)?
  /// Who does the work.
  package let team: Team
  /// The key of all randomness.
  package let seed: Int
  /// When the run is over.
  package let budget: Budget

  /// Prompt and completion tokens processed so far.
  package var tokensSeen = 0
  /// Completion tokens of all whole steps: sampled ones, or those of demonstrations and pairs.
  package var completionTokens = 0
  /// Those of the step under way, also of completions that were sampled and discarded.
  package var completionTokensOfStep = 0
  /// What is worth a line before the first step.
  package var notes: [String] = []
  /// Why a resumed run is another one from here on.
  package var warnings: [String] = []
  /// What the shadow's rewards came to so far; nil without a shadow.
  package var shadowWatch: ShadowWatch?

  /// When a run is over.
  package struct Budget: Sendable, Equatable {
    /// Steps at most.
    package var steps: Int
    /// Completion tokens after which no further step is begun; 0 for no such end.
    package var completionTokens: Int

    package init(steps: Int, completionTokens: Int = 0) {
      self.steps = steps
      self.completionTokens = completionTokens
    }
  }

  package init(
    model: Transformer, vocabulary: Vocabulary, suite: TaskSuite, shadow: (any Verifier)? = nil,
    team: Team, seed: Int, budget: Budget
  ) {
    self.model = model
    self.vocabulary = vocabulary
    self.suite = suite
    self.shadow = shadow
    self.team = team
    self.seed = seed
    self.budget = budget
    shadowWatch = shadow.map { _ in ShadowWatch() }
  }

  /// The random numbers of one purpose; none disturbs another's.
  package func random(_ purpose: UInt32) -> Philox {
    Philox(seed: UInt64(bitPattern: Int64(seed)), purpose: purpose)
  }

  /// The share of the token budget that is used up; 0 where there is none.
  package var spentShare: Double {
    budget.completionTokens > 0
      ? Double(completionTokens) / Double(budget.completionTokens) : 0
  }

  /// Problems as tokens, where a prompt leaves room for so many tokens after it.
  package func text(room: Int) -> SuiteText {
    let context = model.configuration.contextLength
    return SuiteText(
      vocabulary: vocabulary, longestPrompt: context - room, contextLength: context)
  }
}
