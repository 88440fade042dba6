internal import Statistics
internal import JSON
internal import Messages

/// The settings of every algorithm there is: finds fields by key, and makes configurations.
package struct SettingsCatalog: Sendable {
  /// The algorithms, the default first.
  package let algorithms: [any AlgorithmSettings.Type]
  /// The fields of all algorithms, each key once, in the order they are shown.
  package let fields: [CatalogField]

  package init(_ algorithms: [any AlgorithmSettings.Type]) {
    precondition(!algorithms.isEmpty)
    self.algorithms = algorithms
    let names = algorithms.map { $0.name }
    var fields = [CatalogField(algorithmField(names), readers: algorithms, total: algorithms.count)]
    for algorithm in algorithms {
      // Before what follows it in its own algorithm, so that each algorithm's order is kept.
      var place = fields.endIndex
      for row in algorithm.rows.reversed() {
        if let known = fields.firstIndex(where: { $0.field.key == row.key }) {
          fields[known].readers.append(algorithm)
          place = known
        } else {
          fields.insert(
            CatalogField(row, readers: [algorithm], total: algorithms.count), at: place)
        }
      }
    }
    self.fields = fields.sorted { AnyField.precedes($0.field, $1.field) }
  }

  /// The names of the algorithms.
  package var names: [String] { algorithms.map { $0.name } }

  /// The defaults of an algorithm, of the first where none is named; nil for an unknown name.
  package func defaults(of algorithm: String? = nil) -> Configuration? {
    guard let algorithm else { return Configuration(algorithms[0].init()) }
    return self.algorithm(algorithm).map { Configuration($0.init()) }
  }

  /// The field of a key; nil where no algorithm has it.
  package func field(_ key: String) -> CatalogField? { fields.first { $0.field.key == key } }

  /// The field that a setting names.
  ///
  /// - Throws: `SettingsError` with the nearest known key where there is no such field.
  package func field(of setting: GivenSetting) throws(SettingsError) -> CatalogField {
    try field(of: setting, for: algorithms[0])
  }

  /// The sections of the help, with their fields.
  package var sections: [(title: String, fields: [CatalogField])] {
    fields.chunked { $0.field.section == $1.field.section }
      .map { ($0[0].field.section.title, $0) }
  }

  /// The configuration that was asked for, over the defaults of the algorithm that was given.
  ///
  /// - Parameter given: the weakest first; a later setting of a key wins over an earlier one. The
  ///   command line gives the file, then the flags, then `--set`.
  /// - Throws: `SettingsError` for an unknown key, a value out of range, a key that the algorithm
  ///   doesn't use, and values that don't go together.
  package func resolve(_ given: [GivenSetting]) throws(SettingsError) -> Configuration {
    // The algorithm first: it decides the defaults and which of the other keys are read at all.
    let algorithm = chosenAlgorithm(given)
    let rows = Dictionary(uniqueKeysWithValues: algorithm.rows.map { ($0.key, $0) })
    var found: [(setting: GivenSetting, field: CatalogField, value: SettingValue)] = []
    for setting in given {
      let field = try field(of: setting, for: algorithm)
      let kind = rows[field.field.key]?.kind ?? field.field.kind
      found.append((setting, field, try setting.value(as: kind)))
    }
    found.removeAll { $0.field.field.key == algorithmKey }
    var settings = algorithm.init()
    for entry in found {
      guard rows[entry.field.field.key] != nil else {
        throw refusal(of: entry.setting, entry.field, by: algorithm)
      }
      if entry.field.field.key == variantKey { settings.set(variantKey, to: entry.value) }
    }
    // What the variant stands for is weaker than whatever was given, in any place.
    for (key, value) in settings.chosenVariant?.settings ?? [] { settings.set(key, to: value) }
    for entry in found { settings.set(entry.field.field.key, to: entry.value) }
    settings.deriveDefaults(given: Set(found.map(\.field.field.key)))
    try settings.run.check()
    try settings.check()
    return Configuration(settings)
  }

  private func algorithm(_ name: String) -> (any AlgorithmSettings.Type)? {
    algorithms.first { $0.name == name }
  }

  /// The last algorithm that was named; what is no name is refused with the other values.
  private func chosenAlgorithm(_ given: [GivenSetting]) -> any AlgorithmSettings.Type {
    let last = given.last { $0.name == algorithmKey }
    switch last?.given {
    case .typed(let name)?, .value(.text(let name))?: return algorithm(name) ?? algorithms[0]
    default: return algorithms[0]
    }
  }

  private func field(
    of setting: GivenSetting, for algorithm: any AlgorithmSettings.Type
  ) throws(SettingsError) -> CatalogField {
    if let field = field(setting.name) { return field }
    throw setting.error(
      "unknown key \(jsonString(setting.key))\(hint(for: setting.name, algorithm))", named: false)
  }

  private func hint(for name: String, _ algorithm: any AlgorithmSettings.Type) -> String {
    let rows = algorithm.rows + fields.map(\.field)
    if let field = rows.first(where: { $0.aliases.contains(name) }) {
      return "; here it is called \(field.key)"
    }
    if let nearest = nearestName(to: name, among: fields.map(\.field.key)) {
      return "; did you mean \(nearest)?"
    }
    return "; `hone train --help` lists them all"
  }

  private func refusal(
    of setting: GivenSetting, _ field: CatalogField, by algorithm: any AlgorithmSettings.Type
  ) -> SettingsError {
    let readers = field.users.map { ", \($0)" } ?? ""
    let own = algorithm.rows.first { $0.aliases.contains(setting.name) }
    let hint = own.map { "here it is called \($0.key)" } ?? "leave it out"
    return setting.error("is not used by \(algorithm.name)\(readers); \(hint)")
  }
}

/// A field with the algorithms that have it.
package struct CatalogField: Sendable {
  /// The field, as the first of them has it.
  package let field: AnyField
  /// The algorithms.
  package fileprivate(set) var readers: [any AlgorithmSettings.Type]
  private let total: Int

  fileprivate init(_ field: AnyField, readers: [any AlgorithmSettings.Type], total: Int) {
    self.field = field
    self.readers = readers
    self.total = total
  }

  /// The names of the algorithms that have it.
  package var algorithms: [String] { readers.map { $0.name } }

  /// Whether every algorithm has it.
  package var isReadByAll: Bool { readers.count == total }

  /// Who reads the field: `only by grpo, rloo`; nil where most algorithms do.
  package var users: String? {
    2 * readers.count < total ? "only by " + algorithms.joined(separator: ", ") : nil
  }

  /// What the help says in brackets: who has the field, its defaults and its paper.
  package func remarks(among names: [String]) -> [String] {
    var remarks: [String] = []
    let others = names.filter { !algorithms.contains($0) }
    if others.count > readers.count {
      remarks.append("only " + algorithms.joined(separator: ", "))
    } else if !others.isEmpty {
      remarks.append("not " + others.joined(separator: ", "))
    }
    let defaults = readers.map { Configuration($0.init()).value(field.key) }
    if let common = defaults[0], common != .text("") {
      remarks.append("default \(common.plainText)")
    }
    if field.key != algorithmKey {
      for (name, own) in zip(algorithms, defaults) {
        if let own, own != defaults[0] { remarks.append("for \(name) \(own.plainText)") }
      }
    }
    if let paper = field.paper { remarks.append(paper) }
    return remarks
  }
}

extension Array {
  /// Neighbours that belong together, as arrays.
  fileprivate func chunked(by belongs: (Element, Element) -> Bool) -> [[Element]] {
    reduce(into: []) { chunks, element in
      if let last = chunks.last?.last, belongs(last, element) {
        chunks[chunks.count - 1].append(element)
      } else {
        chunks.append([element])
      }
    }
  }
}
