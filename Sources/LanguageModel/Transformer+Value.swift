internal import Kernels

/// The value head: V of the state before each scored token, from the row that its logits come from.
///
/// A model has it alone, as a critic, or beside the logits, where policy and critic share a trunk.
extension Transformer {
  /// Values (scored rows) from the features, after `features` or `head`.
  func valueHead(_ ws: Workspace, _ values: FloatView) {
    ScalarHead.forward(
      values, ws.finalNorm, weight: parameters.valueWeight, bias: parameters.valueBias,
      rows: ws.scoredCount)
  }

  /// Adds the slopes by the value head's parameters, and those by the features to `norm`.
  func valueHeadBackward(_ ws: Workspace, slopes: FloatView, into gradients: Parameters) {
    ScalarHead.backward(
      ws.slopes.norm, dWeight: gradients.valueWeight, dBias: gradients.valueBias, slopes,
      ws.finalNorm, weight: parameters.valueWeight, rows: ws.scoredCount)
  }

  /// The values before the scored tokens of the workspace's sequences.
  func value(_ ws: Workspace, _ values: FloatView) {
    packedTrunk(ws)
    features(ws)
    valueHead(ws, values)
  }

  /// Adds to `gradients` the slopes by all parameters, from slopes by the values; `value` must have
  /// run last in this workspace.
  func valueBackward(_ ws: Workspace, slopes: FloatView, into gradients: Parameters) {
    ws.slopes.norm.slice(0, ws.scoredCount * configuration.hiddenSize).fill(0)
    valueHeadBackward(ws, slopes: slopes, into: gradients)
    trunkBackward(ws, into: gradients)
  }
}
