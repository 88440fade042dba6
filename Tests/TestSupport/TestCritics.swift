package import LanguageModel
internal import Kernels

extension TrainingPass {
  /// What a critic says before each scored token.
  package func valued(_ model: Transformer, _ batch: TokenForest) -> [Float] {
    let values = FloatBuffer(count: batch.scoredCount).all
    score(model, batch, temperature: 1, into: PassOutputs(values: values))
    return values.array
  }

  /// The gradient of Σ weights * values, with the values that it came with.
  package func differentiatedValues(
    _ model: Transformer, _ batch: TokenForest, weights: [Float]
  ) -> (values: [Float], gradient: [Float]) {
    let count = batch.scoredCount
    let (values, slopes) = (FloatBuffer(count: count).all, FloatBuffer(count: count).all)
    let weights = FloatBuffer(weights).all
    let gradient = Parameters(model.parameters.layout)
    gradient.values.all.fill(.nan)  // whatever was there must go
    self.gradient(
      model, batch, temperature: 1, outputs: PassOutputs(values: values),
      slopes: PassOutputs(values: slopes), into: gradient
    ) { sequences in
      for s in sequences {
        slopes.slice(batch.scored(s)).copy(from: weights.slice(batch.scored(s)))
      }
    }
    return (values.array, gradient.values.all.array)
  }
}
