import {X2ManyField, x2ManyField} from "@web/views/fields/x2many/x2many_field";
import {ListRenderer} from "@web/views/list/list_renderer";
import {browser} from "@web/core/browser/browser";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {useBus} from "@web/core/utils/hooks";

const MIN_WIDTH = /\bo_billing_min_(\d+)\b/;

/**
 * A list whose less important columns give way on a narrow screen.
 *
 * A column with the class `o_billing_min_992` is shown from 992 pixels on, so that
 * what is in the last columns, the buttons, stays in sight.
 */
export class BillingListRenderer extends ListRenderer {
    setup() {
        super.setup();
        useBus(this.uiService.bus, "resize", () => {
            if (this.getActiveColumns().length !== this.columns.length) {
                this.render();
            }
        });
    }

    getActiveColumns() {
        return super.getActiveColumns().filter((column) => {
            const [, minimum] = MIN_WIDTH.exec(column.attrs?.class || "") || [];
            return !minimum || browser.innerWidth >= Number(minimum);
        });
    }
}

export class BillingX2ManyField extends X2ManyField {
    static components = {...X2ManyField.components, ListRenderer: BillingListRenderer};
}

registry
    .category("views")
    .add("billing_list", {...listView, Renderer: BillingListRenderer});
registry
    .category("fields")
    .add("billing_x2many", {...x2ManyField, component: BillingX2ManyField});
