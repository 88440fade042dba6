internal import Kernels

/// The value head: V of the state before each scored token, from the row that its logits come from.
///
/// A model has it alone, as a critic, or beside the logits, where policy and critic share a trunk.
extension Transformer {
  /// Values (scored rows) from the features, after `features`.
  func valueHead(_ ws: Workspace, _ values: FloatView) {
    ScalarHead.forward(
      values, ws.finalNorm, weight: parameters.valueWeight, bias: parameters.valueBias,
      rows: ws.scoredCount)
  }

  /// Adds the gradients by the value head's parameters, and those by the features to `norm`.
  func valueHeadBackward(_ ws: Workspace, slopes: FloatView, into gradients: Parameters) {
    ScalarHead.backward(
      ws.slopes.norm, dWeight: gradients.valueWeight, dBias: gradients.valueBias, slopes,
      ws.finalNorm, weight: parameters.valueWeight, rows: ws.scoredCount)
  }
}
