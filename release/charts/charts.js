// What of Apache ECharts the page of trends draws with; `make charts` builds it into one file.
export { init } from "echarts/core";
import { use } from "echarts/core";
import { HeatmapChart, LineChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

use([
  LineChart,
  HeatmapChart,
  GridComponent,
  TitleComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  CanvasRenderer,
  SVGRenderer,
]);
