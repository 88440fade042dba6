extension Markup {
  /// A table that scrolls sideways where the page is too narrow for it.
  ///
  /// - Parameters:
  ///   - kind: its classes; none where empty.
  ///   - heads: the headings of the columns.
  static func table(kind: String = "", heads: [Markup], rows: [Markup]) -> Markup {
    let columns = heads.map { "<th scope=\"col\">\($0)</th>" as Markup }
    return """
      <div class="wide"><table\(kind.isEmpty ? "" : " class=\"\(kind)\"" as Markup)>
      <thead><tr>\(columns)</tr></thead>
      <tbody>
      \(rows)
      </tbody></table></div>
      """
  }

  /// A row with its heading. On a phone each cell is a line of its own, after its label.
  static func row(_ head: String, _ cells: [(label: String, content: Markup)]) -> Markup {
    let row = cells.map { "<td data-label=\"\($0.label)\">\($0.content)</td>" as Markup }
    return "<tr><th scope=\"row\">\(head)</th>\(row)</tr>"
  }

  /// The numbers of a figure, for those who don't see the drawing or its colours.
  static func numbers(heads: [Markup], rows: [Markup]) -> Markup {
    """
    <details class="numbers"><summary>Numbers</summary>\(table(heads: heads, rows: rows))</details>
    """
  }
}
