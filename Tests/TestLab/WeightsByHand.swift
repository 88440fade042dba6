internal import Kernels
package import LanguageModel
internal import Parallel
internal import TestSupport

/// A model's weights in double precision, with what AdamW remembers of them.
///
/// Only the model's forward and backward passes are the engine's, one sequence and one head at a time; they
/// have tests of their own.
package struct WeightsByHand {
  /// AdamW's settings, and the norm that larger gradients are scaled down to.
  package struct Rule: Sendable {
    package var beta1 = 0.9
    package var beta2 = 0.95
    package var epsilon = 1e-8
    package var weightDecay = 0.0
    package var maximumNorm: Double?

    package init() {}
  }

  private let layout: ParameterLayout
  /// The weights.
  package private(set) var values: [Double]
  /// The gradient's norm at each update, before it was scaled down.
  package private(set) var norms: [Double] = []
  private var mean: [Double]
  private var square: [Double]

  package init(_ parameters: Parameters) {
    layout = parameters.layout
    values = parameters.values.all.array.map(Double.init)
    mean = values.map { _ in 0 }
    square = mean
  }

  /// A gradient of 0.
  package var zero: [Double] { values.map { _ in 0 } }

  /// Takes an update of AdamW.
  package mutating func update(along gradient: [Double], _ rule: Rule, learningRate: Double) {
    let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    norms.append(norm)
    let scale = rule.maximumNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
    Reference.adamW(
      &values, &mean, &square, gradient: gradient.map { $0 * scale }, step: norms.count,
      learningRate: learningRate, beta1: rule.beta1, beta2: rule.beta2, epsilon: rule.epsilon,
      weightDecay: rule.weightDecay)
  }

  // MARK: The engine's passes

  /// Log-probabilities and entropies of a sequence's completion.
  package func score(
    _ prompt: [Int32], _ completion: [Int32]
  ) -> (logProbabilities: [Double], entropies: [Double]) {
    let (pass, model) = engine(.logits)
    let result = pass.scored(model, Self.forest(prompt, completion))
    return (result.logProbabilities.map(Double.init), result.entropies.map(Double.init))
  }

  /// What the value head says before each token of a sequence's completion.
  package func values(_ prompt: [Int32], _ completion: [Int32]) -> [Double] {
    let (pass, model) = engine(.value)
    return pass.valued(model, Self.forest(prompt, completion)).map(Double.init)
  }

  /// Adds the gradient of a loss with these slopes by a sequence's log-probabilities and entropies.
  package func add(
    _ prompt: [Int32], _ completion: [Int32], slopes: [Double], entropySlope: Double = 0,
    to gradient: inout [Double]
  ) {
    let (pass, model) = engine(.logits)
    let part = pass.differentiated(
      model, Self.forest(prompt, completion), weights: slopes.map(Float.init),
      entropyWeights: entropySlope == 0 ? nil : slopes.map { _ in Float(entropySlope) }
    ).gradient
    add(part, of: model, to: &gradient)
  }

  /// Adds the gradient of a loss with these slopes by a sequence's values.
  package func add(
    _ prompt: [Int32], _ completion: [Int32], valueSlopes: [Double], to gradient: inout [Double]
  ) {
    let (pass, model) = engine(.value)
    let part = pass.differentiatedValues(
      model, Self.forest(prompt, completion), weights: valueSlopes.map(Float.init)
    ).gradient
    add(part, of: model, to: &gradient)
  }

  /// Adds a gradient by the names of the weights.
  private func add(_ part: [Float], of model: Transformer, to gradient: inout [Double]) {
    for entry in layout.entries {
      let same = model.parameters.layout.entries.first { $0.name == entry.name }
      guard let same else { continue }
      for i in 0..<entry.count { gradient[entry.offset + i] += Double(part[same.offset + i]) }
    }
  }

  /// A model with these heads, from the weights of the same names.
  private func engine(_ heads: OutputHeads) -> (pass: TrainingPass, model: Transformer) {
    let whole = Parameters(layout)
    whole.values.all.copy(from: values.map(Float.init))
    let own = ParameterLayout(layout.configuration, heads: heads)
    return (
      TrainingPass(
        own, longest: layout.configuration.contextLength, team: .single, keepsActivations: true),
      Transformer(Parameters(own, from: whole))
    )
  }

  private static func forest(_ prompt: [Int32], _ completion: [Int32]) -> TokenForest {
    var forest = TokenForest()
    forest.append(prompt: prompt, completion: completion)
    return forest
  }
}
