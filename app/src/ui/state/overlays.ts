/** Short messages and questions over the screen, with Ionic's elements. */
import { alertController, toastController } from '@ionic/core/components';
import { defineCustomElement as defineAlert } from '@ionic/core/components/ion-alert.js';
import { defineCustomElement as defineToast } from '@ionic/core/components/ion-toast.js';
import { t } from '../../i18n/index.svelte.ts';

export function showToast(message: string): void {
  defineToast();
  const banner = document.getElementById('banner');
  void toastController
    .create({
      message,
      duration: 6000,
      position: 'top',
      // Under the banner, whose words and buttons are never covered.
      ...(banner && { positionAnchor: banner }),
      buttons: [{ text: t('action.close'), role: 'cancel' }],
    })
    .then((toast) => toast.present());
}

export interface Question {
  header: string;
  message: string;
  confirm: string;
  destructive?: boolean;
}

/** Asks before something that cannot be undone. */
export async function confirm(question: Question): Promise<boolean> {
  defineAlert();
  const alert = await alertController.create({
    header: question.header,
    message: question.message,
    buttons: [
      { text: t('action.cancel'), role: 'cancel' },
      {
        text: question.confirm,
        role: 'confirm',
        cssClass: question.destructive ? 'destructive' : '',
        htmlAttributes: { 'data-testid': 'confirm' },
      },
    ],
  });
  await alert.present();
  const { role } = await alert.onDidDismiss();
  return role === 'confirm';
}
