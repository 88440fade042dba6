/// Tensors by name from one or more safetensors files.
package struct TensorCollection: Sendable {
  private let path: String
  private let files: [(name: String, file: SafetensorsFile)]
  private let places: [String: Int]

  /// Reads the headers of all files. Throws `CheckpointError` where one is wrong or where two hold
  /// a tensor of one name.
  init(
    path: String, files: [(name: String, bytes: [UInt8])]
  ) throws(CheckpointError) {
    self.path = path
    var read: [(name: String, file: SafetensorsFile)] = []
    var places: [String: Int] = [:]
    for (name, bytes) in files {
      let file: SafetensorsFile
      do {
        file = try SafetensorsFile(parsing: bytes)
      } catch {
        throw .damaged(path, entry: name, "\(error)")
      }
      for tensor in file.tensors {
        guard places.updateValue(read.count, forKey: tensor.name) == nil else {
          throw .damaged(path, entry: name, "tensor \(tensor.name) is in another shard too")
        }
      }
      read.append((name, file))
    }
    self.files = read
    self.places = places
  }

  /// All names, sorted.
  package var names: [String] { places.keys.sorted() }

  /// All tensors in the order of the files and of their bytes.
  package var layouts: [TensorLayout] { files.flatMap(\.file.tensors) }

  /// The tensor's shape and format, or nil where there is none of that name.
  package func layout(of name: String) -> TensorLayout? {
    places[name].flatMap { files[$0].file.layout(of: name) }
  }

  /// The metadata texts of the file that holds a tensor of that name.
  package func metadata(of name: String) -> [String: String] {
    places[name].map { files[$0].file.metadata } ?? [:]
  }

  /// The file that holds the tensor.
  func file(of name: String) -> String? { places[name].map { files[$0].name } }

  /// A tensor's numbers as float32, row-major.
  ///
  /// Throws `CheckpointError` where there is none of that name, or it has another shape.
  package func values(of name: String, shape: [Int]) throws(CheckpointError) -> [Float] {
    let (file, tensor) = try find(name, shape)
    return file.values(of: tensor)
  }

  /// Copies a tensor's numbers as float32, row-major, into the caller's memory from index `offset`
  /// on.
  ///
  /// Throws `CheckpointError` where there is none of that name, or it has another shape.
  package func copy(
    _ name: String, shape: [Int], into values: inout MutableSpan<Float>, at offset: Int = 0
  ) throws(CheckpointError) {
    let (file, tensor) = try find(name, shape)
    file.copy(tensor, into: &values, at: offset)
  }

  private func find(
    _ name: String, _ shape: [Int]
  ) throws(CheckpointError) -> (SafetensorsFile, TensorLayout) {
    guard let place = places[name], let tensor = files[place].file.layout(of: name) else {
      throw .damaged(
        path, entry: files.count == 1 ? files[0].name : nil, "it has no tensor \(name)",
        hint: "config.json asks for one: check that both are of the same model")
    }
    guard tensor.shape == shape else {
      throw .damaged(
        path, entry: files[place].name,
        "tensor \(name) has shape \(tensor.shape), not \(shape) as config.json asks",
        hint: "check that both are of the same model")
    }
    return (files[place].file, tensor)
  }
}
