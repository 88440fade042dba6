internal import Checkpointing
internal import Foundation
internal import Runs

/// The page around a report's sections.
struct ReportPage {
  let title: String
  /// What stands under the title, in pieces.
  let lead: [String]
  let sections: [(title: String, content: Markup)]

  /// The whole text.
  var html: String {
    let choices = [
      ("against", ReportAxis.allCases.map(\.rawValue)),
      ("show", ["all"] + SampledCompletion.Verdict.allCases.map(\.rawValue)),
    ]
    // Switches work by style alone, so they stand before everything that they switch.
    let inputs = choices.flatMap { name, values in
      values.enumerated().map { place, value -> Markup in
        """
        <input type="radio" class="switch" name="\(name)" id="\(name)-\(value)" \
        aria-label="\(name) \(value)"\(place == 0 ? " checked=\"checked\"" as Markup : "") />
        """
      }
    }
    let axes = ReportAxis.allCases.map { axis in
      "<label for=\"against-\(axis.rawValue)\">\(axis.rawValue)</label>" as Markup
    }
    let content = sections.map { section -> Markup in
      "<section>\n<h2>\(section.title)</h2>\n\(section.content)\n</section>"
    }
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="\(policy)" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>\(title) · Hone</title>
      <style>\(Markup(verbatim: Self.style))</style>
      </head>
      <body>
      \(inputs)
      <header><p class="program">Hone report</p><h1>\(title)</h1>
      <p class="lead">\(lead.joined(separator: " · "))</p></header>
      <nav><span>against</span> \(axes)</nav>
      <main>
      \(content)
      </main>
      <footer><p>Written by Hone \(Hone.version). Names of metrics are those of docs/metrics.md.</p></footer>
      <script>\(Markup(verbatim: Self.script))</script>
      </body>
      </html>

      """
    return page.text
  }

  /// Nothing may be loaded, and no script run but our own, whatever a completion holds.
  private var policy: String {
    "default-src 'none'; style-src '\(hash(Self.style))'; script-src '\(hash(Self.script))'; "
      + "base-uri 'none'; form-action 'none'"
  }

  private func hash(_ text: String) -> String {
    "sha256-" + Data(SHA256Digest(of: Array(text.utf8)).bytes).base64EncodedString()
  }
}
