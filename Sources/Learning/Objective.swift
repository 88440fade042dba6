package import Kernels
package import LanguageModel

/// What of a model's outputs an objective is a function of.
package struct Reading: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// The log-probability of each token of a completion.
  package static let logProbabilities = Reading(rawValue: 1)
  /// The entropy of the distribution that the token was drawn from, nats.
  package static let entropies = Reading(rawValue: 2)
  /// What a value head says before each token.
  package static let values = Reading(rawValue: 4)
  /// The log-probabilities of the whole vocabulary at each token.
  package static let distributions = Reading(rawValue: 8)
}

/// What an objective counts; the sums of units add up, in the order of the units.
package protocol ObjectiveSums: Sendable {
  init()
  /// The loss that is differentiated.
  var loss: Double { get }
  static func += (left: inout Self, right: Self)
}

/// A loss: a pure function of what it reads and of the batch's columns, with its gradient.
///
/// It is computed unit by unit, each from its own numbers alone, so that any cut of a batch into pieces
/// gives the same bits.
package protocol Objective: Sendable {
  associatedtype Sums: ObjectiveSums
  /// The outputs that it reads, and whose gradients `write` fills.
  var reads: Reading { get }
  /// The loss of one unit; writes d loss / d output for everything it reads.
  func write(_ unit: ObjectiveUnit) -> Sums
}

/// The sequences that an objective sees at once, with the model's outputs and room for gradients.
package struct ObjectiveUnit: Sendable {
  /// The batch, whose columns and counts the objective may use.
  package let batch: Batch
  /// The unit's sequences, by their place in the batch's forest.
  package let sequences: Range<Int>
  let outputs: PassOutputs
  let gradients: PassOutputs

  /// Occurrences of a sequence.
  package func scored(_ sequence: Int) -> Range<Int> { batch.forest.scored(sequence) }

  /// An output of a sequence's tokens.
  package func output(
    _ path: KeyPath<PassOutputs, FloatView?>, _ sequence: Int
  ) -> FloatView {
    guard let all = outputs[keyPath: path] else {
      preconditionFailure("an output that the objective doesn't read")
    }
    return all.slice(scored(sequence))
  }

  /// Where the gradient by an output of a sequence's tokens goes.
  package func gradient(
    _ path: KeyPath<PassOutputs, FloatView?>, _ sequence: Int
  ) -> FloatView {
    guard let all = gradients[keyPath: path] else {
      preconditionFailure("an output that the objective doesn't read")
    }
    return all.slice(scored(sequence))
  }

  /// A column's numbers for a sequence's tokens; nil where the batch has none.
  package func column(_ name: Column.Name, _ sequence: Int) -> FloatView? {
    batch.occurrences(name)?.slice(scored(sequence))
  }
}

/// Two objectives of one model at once, such as a policy and a value head on one trunk; their losses add up.
package struct Both<First: Objective, Second: Objective>: Objective {
  package let first: First
  package let second: Second

  /// - Precondition: they read different outputs.
  package init(_ first: First, _ second: Second) {
    precondition(first.reads.isDisjoint(with: second.reads), "one gradient for each output")
    self.first = first
    self.second = second
  }

  /// The sums of both.
  package struct Sums: ObjectiveSums {
    package var first = First.Sums()
    package var second = Second.Sums()

    package init() {}

    package var loss: Double { first.loss + second.loss }

    package static func += (left: inout Sums, right: Sums) {
      left.first += right.first
      left.second += right.second
    }
  }

  package var reads: Reading { first.reads.union(second.reads) }

  package func write(_ unit: ObjectiveUnit) -> Sums {
    var sums = Sums()
    sums.first = first.write(unit)
    sums.second = second.write(unit)
    return sums
  }
}
