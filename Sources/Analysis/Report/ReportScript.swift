extension ReportPage {
  /// What needs a script: numbers under the pointer, and finding text. Without one all charts, tables
  /// and texts are there. It holds no `<` and no `&`, so that the page is well formed as XML.
  static let script = """
    (function () {
      'use strict';
      function numbers(text) {
        return text.split(' ').map(function (word) { return word === '-' ? NaN : Number(word); });
      }
      function nearest(places, place) {
        var best = 0;
        places.forEach(function (candidate, index) {
          if (Math.abs(places[best] - place) > Math.abs(candidate - place)) { best = index; }
        });
        return best;
      }
      document.querySelectorAll('svg.plot').forEach(function (svg) {
        var lines = Array.from(svg.querySelectorAll('.series')).map(function (series) {
          return {
            name: series.dataset.name, x: numbers(series.dataset.x), y: numbers(series.dataset.y)
          };
        });
        var frame = svg.querySelector('.axis');
        if (!lines.length || !frame || !svg.dataset.unit) { return; }
        var left = Number(frame.getAttribute('x1')), right = Number(frame.getAttribute('x2'));
        var from = Number(svg.dataset.from), to = Number(svg.dataset.to);
        var output = document.createElement('p');
        output.className = 'readout ' + Array.from(svg.classList).slice(1).join(' ');
        svg.after(output);
        var cross = document.createElementNS(svg.namespaceURI, 'line');
        cross.setAttribute('class', 'cross');
        cross.setAttribute('y1', '8');
        cross.setAttribute('y2', '180');
        function show(event) {
          var box = svg.getBoundingClientRect();
          var across = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
          var place = from + (across - left) / (right - left) * (to - from);
          var at = lines[0].x[nearest(lines[0].x, place)];
          var x = left + (at - from) / (to - from) * (right - left);
          cross.setAttribute('x1', x);
          cross.setAttribute('x2', x);
          svg.appendChild(cross);
          output.textContent = svg.dataset.unit + ' ' + at.toLocaleString('en') + ': ' +
            lines.map(function (line) {
              var value = line.y[nearest(line.x, at)];
              return line.name + ' ' + (isNaN(value) ? '–' : value);
            }).join('  ');
        }
        svg.addEventListener('pointermove', show);
        svg.addEventListener('pointerdown', show);
        svg.addEventListener('pointerleave', function () {
          output.textContent = '';
          cross.remove();
        });
      });
      var find = document.getElementById('find');
      if (find) {
        find.hidden = false;
        find.addEventListener('input', function () {
          var wanted = find.value.toLowerCase();
          document.querySelectorAll('#samples details').forEach(function (step) {
            var found = 0;
            step.querySelectorAll('article').forEach(function (article) {
              var fits = article.textContent.toLowerCase().includes(wanted);
              article.hidden = !fits;
              if (fits) { found += 1; }
            });
            step.hidden = found === 0;
            step.open = wanted !== '';
          });
        });
      }
    })();
    """
}
