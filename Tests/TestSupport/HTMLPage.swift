internal import Foundation
internal import FoundationXML

/// A page that is well formed as XML, to be asked what is in it.
package struct HTMLPage {
  private let document: XMLDocument

  /// Reads a page.
  ///
  /// - Throws: the parser's error where the page isn't well formed.
  package init(_ text: String) throws {
    document = try XMLDocument(xmlString: text, options: [.nodePreserveWhitespace])
  }

  /// The texts of all nodes of an XPath, entities resolved.
  package func texts(_ path: String) throws -> [String] {
    try document.nodes(forXPath: path).map { $0.stringValue ?? "" }
  }

  /// The number of nodes of an XPath.
  package func count(_ path: String) throws -> Int { try document.nodes(forXPath: path).count }

  /// Values of attributes that a browser would load, and what style and script could load: none in a
  /// page that stands alone.
  package var loads: [String] {
    get throws {
      let attributes = [
        "href", "src", "srcset", "data", "action", "formaction", "poster", "background", "ping",
        "style",
      ]
      let path = attributes.map { "//@\($0)" }.joined(separator: " | ")
      let code = try texts("//style") + texts("//script")
      let words = [
        "url(", "@import", "://", "fetch", "XMLHttpRequest", "import(", "WebSocket", "eval",
        "innerHTML",
      ]
      return try texts(path) + words.filter { word in code.contains { $0.contains(word) } }
    }
  }

  /// Attributes that run scripts.
  package var handlers: [String] {
    get throws {
      try document.nodes(forXPath: "//@*").compactMap(\.name).filter { $0.hasPrefix("on") }
    }
  }
}
