internal import Kernels
package import LanguageModel

extension Parameters {
  /// Random weights that make lively distributions; norms are not 1, so that none can be left out.
  package static func lively(
    _ configuration: ModelConfiguration, heads: OutputHeads = .logits, seed: UInt64,
    scale: Double = 1
  ) -> Parameters {
    precondition(configuration.problem == nil)
    var random = TestRandom(seed)
    let parameters = Parameters(ParameterLayout(configuration, heads: heads))
    for entry in parameters.layout.entries {
      if entry.name.hasSuffix("norm.weight") {
        parameters[entry].copy(from: random.floats(entry.count, scale: 0.2).map { 1 + $0 })
      } else {
        let inner = Double(entry.shape[entry.shape.count - 1])
        parameters[entry].copy(
          from: random.floats(entry.count, scale: scale * (1 / inner).squareRoot()))
      }
    }
    return parameters
  }
}

extension TokenForest {
  /// A batch of random sequences, by lengths of prompt and completion.
  package static func random(
    _ lengths: [(prompt: Int, completion: Int)], vocabulary: Int, seed: UInt64
  ) -> TokenForest {
    var random = TestRandom(seed)
    var batch = TokenForest()
    for (prompt, completion) in lengths {
      batch.append(
        prompt: random.tokens(prompt, vocabulary: vocabulary),
        completion: random.tokens(completion, vocabulary: vocabulary))
    }
    return batch
  }

  /// A batch of some of the sequences, in this order.
  package func picking(_ sequences: [Int]) -> TokenForest {
    var batch = TokenForest()
    for index in sequences {
      let (tokens, prompt) = (tokens(of: index), promptLength(of: index))
      batch.append(prompt: Array(tokens[..<prompt]), completion: tokens[prompt...])
    }
    return batch
  }
}

/// What a training pass gives, as arrays.
package struct PassResult {
  /// By scored token.
  package let logProbabilities: [Float]
  /// By scored token.
  package let entropies: [Float]
  /// By parameter; empty if only scored.
  package let gradient: [Float]
}

extension TrainingPass {
  /// Scores a batch.
  package func scored(_ model: Transformer, _ batch: TokenForest, temperature: Float = 1)
    -> PassResult
  {
    let count = batch.scoredCount
    let (logProbabilities, entropies) = (FloatBuffer(count: count), FloatBuffer(count: count))
    score(
      model, batch, temperature: temperature,
      into: PassOutputs(logProbabilities: logProbabilities.all, entropies: entropies.all))
    return PassResult(
      logProbabilities: logProbabilities.all.array, entropies: entropies.all.array, gradient: [])
  }

  /// The gradient of Σ weights * log-probabilities + Σ entropyWeights * entropies.
  package func differentiated(
    _ model: Transformer, _ batch: TokenForest, weights: [Float], entropyWeights: [Float]? = nil,
    temperature: Float = 1
  ) -> PassResult {
    let count = batch.scoredCount
    let (logProbabilities, entropies) = (FloatBuffer(count: count), FloatBuffer(count: count))
    let (slopes, weights) = (FloatBuffer(count: count), FloatBuffer(weights))
    let bonus = entropyWeights.map { FloatBuffer($0) }
    let entropySlopes = bonus.map { FloatBuffer(count: $0.count) }
    let gradient = Parameters(model.parameters.layout)
    gradient.values.all.fill(.nan)  // whatever was there must go
    self.gradient(
      model, batch, temperature: temperature,
      outputs: PassOutputs(logProbabilities: logProbabilities.all, entropies: entropies.all),
      slopes: PassOutputs(logProbabilities: slopes.all, entropies: entropySlopes?.all),
      into: gradient
    ) { sequences in
      let range = batch.scored(sequences)
      slopes.all.slice(range).copy(from: weights.all.slice(range))
      if let bonus, let entropySlopes {
        entropySlopes.all.slice(range).copy(from: bonus.all.slice(range))
      }
    }
    return PassResult(
      logProbabilities: logProbabilities.all.array, entropies: entropies.all.array,
      gradient: gradient.values.all.array)
  }
}
