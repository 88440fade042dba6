internal import JSON

/// Builds a safetensors file in memory: the header first, then each tensor's numbers in its order.
///
/// Numbers are copied once, from the spans that the caller holds, as F32.
/// Format: https://github.com/huggingface/safetensors (8 bytes header length, JSON header, data).
package struct SafetensorsBuilder {
  private let counts: [Int]
  private var appended = 0
  private var position: Int
  private var bytes: [UInt8]

  /// Writes the header for tensors that will be appended in this order.
  ///
  /// transformers refuses a file whose metadata lacks `"format": "pt"`.
  package init(
    _ tensors: [(name: String, shape: [Int])], metadata: [String: String] = ["format": "pt"]
  ) {
    var members: [String: JSONValue] = [:]
    members["__metadata__"] = .object(metadata.mapValues { .string($0) })
    counts = tensors.map { $0.shape.reduce(1, *) }
    var offset = 0
    for (tensor, count) in zip(tensors, counts) {
      let end = offset + 4 * count
      let member: JSONValue = .object([
        "dtype": .string(TensorFormat.float32.rawValue),
        "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": .array([.integer(offset), .integer(end)]),
      ])
      let old = members.updateValue(member, forKey: tensor.name)
      precondition(old == nil, "two tensors are named \(tensor.name)")
      offset = end
    }
    var header = JSONValue.object(members).bytes()
    // Spaces up to a multiple of 8 keep the numbers aligned for readers that map the file.
    header += repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    position = 8 + header.count
    bytes = [UInt8](repeating: 0, count: position + offset)
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: header.count >> (8 * index)) }
    bytes.replaceSubrange(8..<position, with: header)
  }

  /// Copies in the next tensor's numbers, row-major.
  package mutating func append(_ values: Span<Float>) {
    precondition(appended < counts.count && values.count == counts[appended])
    var place = position
    var output = bytes.mutableSpan
    for index in values.indices {
      let bits = values[index].bitPattern
      output[place] = UInt8(truncatingIfNeeded: bits)
      output[place + 1] = UInt8(truncatingIfNeeded: bits >> 8)
      output[place + 2] = UInt8(truncatingIfNeeded: bits >> 16)
      output[place + 3] = UInt8(truncatingIfNeeded: bits >> 24)
      place += 4
    }
    position += 4 * values.count
    appended += 1
  }

  /// The whole file. Every tensor must have been appended.
  package consuming func finish() -> [UInt8] {
    precondition(appended == counts.count, "a tensor is missing")
    return bytes
  }

  /// A whole file from tensors that hold their own numbers.
  package static func encode(
    _ tensors: [TensorEntry], metadata: [String: String] = ["format": "pt"]
  ) -> [UInt8] {
    var builder = SafetensorsBuilder(tensors.map { ($0.name, $0.shape) }, metadata: metadata)
    for tensor in tensors { builder.append(tensor.values.span) }
    return builder.finish()
  }
}
