package import LanguageModel

/// A run's state on its way to a checkpoint or back.
///
/// What has a state names each variable once, in one function that serves both directions.
package protocol Snapshot {
  /// Saves tensors, or fills them; the names in the file are those of the layout behind `prefix`.
  ///
  /// - Parameter entries: the tensors; nil for all of the parameters.
  /// - Throws: where the checkpoint lacks one or has it in another shape.
  func tensors(
    _ prefix: String, _ parameters: Parameters, _ entries: ArraySlice<ParameterEntry>?) throws
  /// Saves a value, or restores it; nil is not written, and a key that isn't there gives nil.
  ///
  /// - Throws: where the checkpoint has something else under that key.
  func value<Value: Codable>(_ key: String, _ value: inout Value?) throws
}

extension Network {
  /// Saves or restores the network.
  ///
  /// The policy's own weights are the checkpoint's model, so of it only the optimizer's state is
  /// written, without a prefix; other networks have a name, which their tensors begin with.
  package func state(_ snapshot: any Snapshot, as name: String? = nil) throws {
    let prefix = name.map { $0 + "." } ?? ""
    if name != nil { try snapshot.tensors(prefix, model.parameters, nil) }
    guard let optimizer else { return }
    try snapshot.tensors(prefix + "exp_avg.", optimizer.mean, nil)
    try snapshot.tensors(prefix + "exp_avg_sq.", optimizer.square, nil)
    var updates: Int? = optimizer.updates
    try snapshot.value(name.map { $0 + "Updates" } ?? "updates", &updates)
    optimizer.updates = updates ?? 0
  }
}
