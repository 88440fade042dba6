internal import JSON

/// A safetensors file that can't be read: which tensor, and what is wrong.
package struct SafetensorsError: Error, Hashable, CustomStringConvertible {
  /// The tensor, or nil where the header itself is wrong.
  package let tensor: String?
  package let message: String

  package var description: String { tensor.map { "tensor \($0): \(message)" } ?? message }
}

/// How much a safetensors header may ask of its reader.
package struct SafetensorsLimits: Sendable {
  /// Bytes of the header, at most.
  package var headerBytes = 16 << 20
  /// Tensors, at most.
  package var tensors = 10_000
  /// Sizes in one tensor's shape, at most.
  package var rank = 8

  package init() {}
}

/// A safetensors file in memory: its tensors by name, as float32 whatever their format.
///
/// The header is believed in nothing: its length, each shape times format, and that the tensors
/// lie end to end from the first data byte to the last, without a hole or an overlap.
package struct SafetensorsFile: Sendable {
  /// The tensors in the order of their bytes.
  package let tensors: [TensorLayout]
  /// The free texts under `__metadata__`.
  package let metadata: [String: String]
  private let bytes: [UInt8]
  private let dataStart: Int
  private let places: [String: Int]

  /// Reads a file's header and checks it. Throws `SafetensorsError`.
  package init(
    parsing bytes: [UInt8], limits: SafetensorsLimits = SafetensorsLimits()
  ) throws(SafetensorsError) {
    let header = try Self.header(of: bytes, limits)
    self.bytes = bytes
    dataStart = header.endIndex
    guard case .object(var members) = try Self.parse(header) else {
      throw SafetensorsError(tensor: nil, message: "the header isn't a JSON object")
    }
    metadata = try Self.metadata(members.removeValue(forKey: "__metadata__"))
    guard members.count <= limits.tensors else {
      throw SafetensorsError(tensor: nil, message: "more than \(limits.tensors) tensors")
    }
    var layouts: [TensorLayout] = []
    for (name, member) in members { layouts.append(try Self.layout(name, member, limits)) }
    layouts.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.name)
        < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    try Self.checkEndToEnd(layouts, bytes.count - dataStart)
    tensors = layouts
    places = [String: Int](
      uniqueKeysWithValues: layouts.enumerated().map { ($0.element.name, $0.offset) })
  }

  /// The tensor of that name, or nil.
  package func layout(of name: String) -> TensorLayout? { places[name].map { tensors[$0] } }

  /// A tensor's numbers, row-major.
  package func values(of tensor: TensorLayout) -> [Float] {
    var values = [Float](repeating: 0, count: tensor.count)
    var span = values.mutableSpan
    copy(tensor, into: &span)
    return values
  }

  /// Copies a tensor's numbers, row-major, into the caller's memory from index `offset` on.
  package func copy(
    _ tensor: TensorLayout, into values: inout MutableSpan<Float>, at offset: Int = 0
  ) {
    precondition(offset >= 0 && tensor.count <= values.count - offset)
    let start = dataStart + tensor.range.lowerBound
    let source = bytes.span
    switch tensor.format {
    case .float32:
      for index in 0..<tensor.count {
        let place = start + 4 * index
        let bits =
          UInt32(source[place]) | UInt32(source[place + 1]) << 8
          | UInt32(source[place + 2]) << 16 | UInt32(source[place + 3]) << 24
        values[offset + index] = Float(bitPattern: bits)
      }
    case .bfloat16:
      // A bfloat16 is the upper half of a float32.
      for index in 0..<tensor.count {
        let place = start + 2 * index
        let bits = UInt32(source[place]) << 16 | UInt32(source[place + 1]) << 24
        values[offset + index] = Float(bitPattern: bits)
      }
    case .float16:
      for index in 0..<tensor.count {
        let place = start + 2 * index
        let bits = UInt16(source[place]) | UInt16(source[place + 1]) << 8
        values[offset + index] = Float(Float16(bitPattern: bits))
      }
    }
  }
}

extension SafetensorsFile {
  private static func header(
    of bytes: [UInt8], _ limits: SafetensorsLimits
  ) throws(SafetensorsError) -> ArraySlice<UInt8> {
    guard bytes.count >= 8 else {
      throw SafetensorsError(tensor: nil, message: "the file is shorter than its header's length")
    }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    guard length <= UInt64(min(limits.headerBytes, bytes.count - 8)) else {
      throw SafetensorsError(
        tensor: nil,
        message: length <= UInt64(limits.headerBytes)
          ? "the file ends inside its header"
          : "a header of \(length) bytes, more than the \(limits.headerBytes) allowed")
    }
    return bytes[8..<(8 + Int(length))]
  }

  private static func parse(_ header: ArraySlice<UInt8>) throws(SafetensorsError) -> JSONValue {
    do {
      return try JSONValue(parsing: header)
    } catch {
      throw SafetensorsError(tensor: nil, message: "the header: \(error)")
    }
  }

  private static func metadata(
    _ member: JSONValue?
  ) throws(SafetensorsError) -> [String: String] {
    guard let member else { return [:] }
    let texts = member.objectValue?.compactMapValues(\.stringValue)
    guard let texts, texts.count == member.objectValue?.count else {
      throw SafetensorsError(tensor: nil, message: "__metadata__ isn't an object of texts")
    }
    return texts
  }

  private static func layout(
    _ name: String, _ member: JSONValue, _ limits: SafetensorsLimits
  ) throws(SafetensorsError) -> TensorLayout {
    func wrong(_ message: String) -> SafetensorsError {
      SafetensorsError(tensor: name, message: message)
    }
    guard let keys = member.objectValue?.keys, Set(keys) == ["dtype", "shape", "data_offsets"],
      let dtype = member["dtype"]?.stringValue, let sizes = member["shape"]?.arrayValue,
      let ends = member["data_offsets"]?.arrayValue
    else { throw wrong("it needs dtype, shape and data_offsets, and nothing else") }
    guard let format = TensorFormat(rawValue: dtype) else {
      throw wrong("its dtype is \(dtype); only F32, F16 and BF16 can be read")
    }
    let shape = sizes.compactMap(\.intValue)
    guard shape.count == sizes.count, shape.count <= limits.rank, shape.allSatisfy({ $0 >= 0 })
    else { throw wrong("its shape isn't up to \(limits.rank) whole numbers") }
    let offsets = ends.compactMap(\.intValue)
    guard offsets.count == 2, ends.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1] else {
      throw wrong("its data_offsets aren't a begin and an end")
    }
    var byteCount = format.byteCount
    for size in shape {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
      guard !overflow else { throw wrong("its shape \(shape) is beyond all memory") }
      byteCount = product
    }
    guard byteCount == offsets[1] - offsets[0] else {
      throw wrong(
        "its shape \(shape) in \(dtype) takes \(byteCount) bytes, its data_offsets "
          + "\(offsets) give it \(offsets[1] - offsets[0])")
    }
    return TensorLayout(name: name, shape: shape, format: format, range: offsets[0]..<offsets[1])
  }

  private static func checkEndToEnd(
    _ layouts: [TensorLayout], _ byteCount: Int
  ) throws(SafetensorsError) {
    var end = 0
    for layout in layouts {
      let range = layout.range
      guard range.upperBound <= byteCount else {
        throw SafetensorsError(
          tensor: layout.name,
          message: "it ends at byte \(range.upperBound) of \(byteCount) data bytes")
      }
      guard range.lowerBound == end else {
        throw SafetensorsError(
          tensor: layout.name,
          message: range.lowerBound < end
            ? "it begins at byte \(range.lowerBound), inside the tensor that ends at \(end)"
            : "it begins at byte \(range.lowerBound), after a hole from \(end)")
      }
      end = range.upperBound
    }
    guard end == byteCount else {
      throw SafetensorsError(
        tensor: nil, message: "\(byteCount - end) bytes after the last tensor")
    }
  }
}
