/// Settings that belong together, each a property with a default and a row in `fields`.
package protocol SettingsGroup: Sendable, Equatable {
  /// The defaults.
  init()
  /// One row for each setting.
  @FieldList<Self> static var fields: [Field<Self>] { get }
}

extension SettingsGroup {
  /// The rows of this group as rows of settings that hold it.
  package static func fields<Outer>(
    in path: any WritableKeyPath<Outer, Self> & Sendable
  ) -> [Field<Outer>] {
    fields.map { field in
      Field(
        info: field.info, get: { field.get($0[keyPath: path]) },
        set: { field.set(&$0[keyPath: path], $1) })
    }
  }
}

/// Puts rows, and the rows of whole groups, into one list.
@resultBuilder
package enum FieldList<Root> {
  package static func buildExpression(_ field: Field<Root>) -> [Field<Root>] { [field] }
  package static func buildExpression(_ fields: [Field<Root>]) -> [Field<Root>] { fields }
  package static func buildBlock(_ parts: [Field<Root>]...) -> [Field<Root>] {
    parts.flatMap(\.self)
  }
}

extension Array {
  /// The rows, some of them with where this algorithm's paper is another.
  package func deviation<Root>(_ text: String, in keys: String...) -> [Field<Root>]
  where Element == Field<Root> {
    for key in keys { precondition(contains { $0.info.key == key }, "no field \(key)") }
    return map { keys.contains($0.info.key) ? $0.deviation(text) : $0 }
  }

  /// The rows but this one, which an algorithm has no use for.
  package func without<Root>(_ key: String) -> [Field<Root>] where Element == Field<Root> {
    precondition(contains { $0.info.key == key }, "no field \(key)")
    return filter { $0.info.key != key }
  }
}
