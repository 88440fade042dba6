import Foundation
import Testing

/// A browser without a screen.
private enum Browser {
  static let program: URL? = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].lazy
    .map { URL(fileURLWithPath: $0) }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }

  static let reason: Comment =
    "chromium isn't installed (Debian: apt-get install chromium --no-install-recommends)"

  /// The page as it is once its scripts have run.
  static func document(of file: URL, dark: Bool, in folder: URL) throws -> String {
    let result = try ToolRunner.run(
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
        "--user-data-dir=" + folder.appending(path: "profile").path,
        "--blink-settings=preferredColorScheme=\(dark ? 0 : 1)", "--window-size=1400,1000",
        "--virtual-time-budget=5000", "--dump-dom", file.absoluteString,
      ], program: try #require(program), in: folder)
    try #require(result.exitCode == 0, "\(result.errors.suffix(2000))")
    return result.output
  }
}

@Suite("Reports in chromium", .serialized, .enabled(if: Browser.program != nil, Browser.reason))
struct ReportBrowserTests {
  /// A page with the report in frames of three widths, which writes down what it finds in them.
  private static let frames = """
    <!DOCTYPE html><meta charset="utf-8"><body><pre id="found"></pre><script>
    var found = [];
    [360, 768, 1280].forEach(function (width) {
      var frame = document.createElement('iframe');
      frame.style.width = width + 'px';
      frame.style.border = '0';
      frame.onload = function () {
        var page = frame.contentDocument, view = frame.contentWindow;
        var style = function (path) { return view.getComputedStyle(page.querySelector(path)); };
        page.querySelectorAll('details').forEach(function (one) { one.open = true; });
        var shown = function () {
          return Array.from(page.querySelectorAll('figure')).filter(function (figure) {
            var drawings = Array.from(figure.querySelectorAll('svg.plot, svg.scores'));
            return drawings.filter(function (svg) {
              return svg.getBoundingClientRect().height > 30;
            }).length === 1;
          }).length;
        };
        var before = shown();
        page.querySelector('label[for=against-seconds]').click();
        var after = shown();
        var seconds = style('svg.by-seconds').display, steps = style('svg.by-steps').display;
        page.querySelector('label[for=show-right]').click();
        var wrong = page.querySelector('article.wrong');
        var svg = page.querySelector('svg.by-seconds'), box = svg.getBoundingClientRect();
        svg.dispatchEvent(new PointerEvent('pointermove', { clientX: box.left + box.width / 2 }));
        found.push({
          width: width, scrolls: page.documentElement.scrollWidth > width,
          figures: page.querySelectorAll('figure').length, before: before, after: after,
          seconds: seconds, steps: steps,
          wrong: wrong ? view.getComputedStyle(wrong).display : 'none',
          readout: page.querySelector('.readout.by-seconds').textContent,
          find: page.getElementById('find').hidden,
          ground: style('body').backgroundColor, text: style('body').color
        });
        document.getElementById('found').textContent = JSON.stringify(found);
      };
      frame.src = 'report.html';
      document.body.append(frame);
    });
    </script>
    """

  @Test("the result of a comparison fits into three widths")
  func comparison() throws {
    let whole = try CompareLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let made = try ToolRunner.run(
        ["report", whole.folder, "--output", folder.appending(path: "report.html").path])
      try #require(made.exitCode == 0, "\(made.errors)")
      let file = folder.appending(path: "frames.html")
      try Data(Self.frames.utf8).write(to: file)
      for found in try Self.found(in: Browser.document(of: file, dark: false, in: folder)) {
        #expect(found["scrolls"] as? Bool == false, "\(found)")
        #expect(found["before"] as? Int == found["figures"] as? Int, "\(found)")
      }
    }
  }

  /// What the page of frames wrote down, once for each width.
  private static func found(in document: String) throws -> [[String: Any]] {
    let text = try #require(document.firstMatch(of: /<pre id="found">(.*?)<\/pre>/)).1
    let json = text.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&amp;", with: "&")
    let all = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
    #expect(all.count == 3)
    return all
  }

  @Test("every chart shows at three widths, light and dark; switches and script work")
  func widths() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let made = try ToolRunner.run(
        lab.reinforced(steps: 4) + ["--run", "run", "--quiet", "--evaluation-samples", "2"],
        in: folder)
      try #require(made.exitCode == 0, "\(made.errors)")
      let file = folder.appending(path: "run/frames.html")
      try Data(Self.frames.utf8).write(to: file)
      var grounds: Set<String> = []
      for dark in [false, true] {
        let document = try Browser.document(of: file, dark: dark, in: folder)
        for found in try Self.found(in: document) {
          let comment: Comment = "\(found), dark \(dark)"
          #expect(found["scrolls"] as? Bool == false, comment)
          #expect(found["figures"] as? Int ?? 0 > 10, comment)
          #expect(found["before"] as? Int == found["figures"] as? Int, comment)
          #expect(found["after"] as? Int == found["figures"] as? Int, comment)
          #expect(found["seconds"] as? String == "block" && found["steps"] as? String == "none")
          #expect(found["wrong"] as? String == "none", comment)
          let readout = try #require(found["readout"] as? String)
          #expect(readout.wholeMatch(of: /seconds [0-9.]+: reward [0-9.]+/) != nil, comment)
          #expect(found["find"] as? Bool == false, comment)
          grounds.insert("\(found["ground"] ?? "") \(found["text"] ?? "")")
        }
      }
      #expect(
        grounds == ["rgb(253, 253, 252) rgb(28, 28, 26)", "rgb(22, 23, 21) rgb(236, 236, 232)"])
    }
  }
}
